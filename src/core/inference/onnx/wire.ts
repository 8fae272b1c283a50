const encoder = new TextEncoder();

/** Wire types of protobuf. */
const VARINT = 0;
const LENGTH = 2;
const FIXED32 = 5;

/** Bytes of a protobuf message on their way; large parts are kept as they are and copied once, by `finish`. */
export class MessageWriter {
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  /** A whole number. */
  int(field: number, value: number): this {
    return this.#push(varint(field * 8 + VARINT)).#push(varint(value));
  }

  /** Whole numbers side by side; protobuf reads them whether the schema says packed or not. */
  ints(field: number, values: readonly number[]): this {
    const packed = new MessageWriter();
    for (const value of values) packed.#push(varint(value));
    return this.message(field, packed);
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#push(varint(field * 8 + FIXED32)).#push(bytes);
  }

  text(field: number, value: string): this {
    return this.bytes(field, encoder.encode(value));
  }

  bytes(field: number, value: Uint8Array): this {
    return this.#push(varint(field * 8 + LENGTH))
      .#push(varint(value.length))
      .#push(value);
  }

  message(field: number, inner: MessageWriter): this {
    this.#push(varint(field * 8 + LENGTH)).#push(varint(inner.#length));
    for (const part of inner.#parts) this.#push(part);
    return this;
  }

  /** The whole message. */
  finish(): Uint8Array<ArrayBuffer> {
    const out = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#parts) {
      out.set(part, at);
      at += part.length;
    }
    return out;
  }

  #push(part: Uint8Array): this {
    this.#parts.push(part);
    this.#length += part.length;
    return this;
  }
}

/** Seven bits a byte, the lowest first; negative numbers as 64-bit two's complement, as protobuf's int64 has them. */
function varint(value: number): Uint8Array {
  if (value >= 0 && value < 128) return Uint8Array.of(value);
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
