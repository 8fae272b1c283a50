const encoder = new TextEncoder();

/** Wire types of protobuf. */
const VARINT = 0;
const LENGTH = 2;
const FIXED32 = 5;

const FIRST_BYTES = 64;

/** Bytes of a protobuf message on their way. */
export class MessageWriter {
  #bytes = new Uint8Array(FIRST_BYTES);
  #length = 0;

  /** A whole number. */
  int(field: number, value: number): this {
    return this.#varint(field * 8 + VARINT).#varint(value);
  }

  /** Whole numbers side by side; protobuf reads them whether the schema says packed or not. */
  ints(field: number, values: readonly number[]): this {
    const packed = new MessageWriter();
    for (const value of values) packed.#varint(value);
    return this.message(field, packed);
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#varint(field * 8 + FIXED32).#put(bytes);
  }

  text(field: number, value: string): this {
    return this.bytes(field, encoder.encode(value));
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#varint(field * 8 + LENGTH)
      .#varint(value.length)
      .#put(value);
  }

  message(field: number, inner: MessageWriter): this {
    return this.bytes(field, inner.#bytes.subarray(0, inner.#length));
  }

  /** The whole message. */
  finish(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }

  #put(part: Uint8Array): this {
    this.#reserve(part.length);
    this.#bytes.set(part, this.#length);
    this.#length += part.length;
    return this;
  }

  /** Seven bits a byte, the lowest first; negative numbers as 64-bit two's complement, as protobuf's int64 has them. */
  #varint(value: number): this {
    this.#reserve(10);
    if (value >= 0 && value < 128) {
      this.#bytes[this.#length++] = value;
      return this;
    }
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest > 127n; rest >>= 7n) this.#bytes[this.#length++] = Number(rest & 127n) | 128;
    this.#bytes[this.#length++] = Number(rest);
    return this;
  }

  /** Makes room: at least twice as much, so that a message of many parts is not copied for each. */
  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + more));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}
