import { bytesOf } from './pickle-writer.js';

/** A safetensors file of a header and data; the header may be any text or bytes. */
export function safetensorsOf(header: object | string | Uint8Array, data: Uint8Array = new Uint8Array(0)): Uint8Array {
  const text = typeof header === 'string' || header instanceof Uint8Array ? header : JSON.stringify(header);
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  const length = new DataView(new ArrayBuffer(8));
  length.setBigUint64(0, BigInt(bytes.length), true);
  return bytesOf(new Uint8Array(length.buffer), bytes, data);
}

/** A header's entry for float32 numbers from `begin` on. */
export function float32Entry(shape: readonly number[], begin: number): object {
  const count = shape.reduce((product, size) => product * size, 1);
  return { dtype: 'F32', shape, data_offsets: [begin, begin + 4 * count] };
}
