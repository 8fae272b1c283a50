import { readFileSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';

/** An array of a NumPy archive, widened from float32. */
export interface NpzArray {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

const CENTRAL_ENTRY = 0x02014b50;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;
const LOCAL_BYTES = 30;
const STORED = 0;

/** The float32 arrays of a NumPy archive without a comment, as `savez_compressed` writes it. */
export function readNpz(file: string): ReadonlyMap<string, NpzArray> {
  const bytes = readFileSync(file);
  const arrays = new Map<string, NpzArray>();
  let at = bytes.readUInt32LE(bytes.length - END_BYTES + 16);
  while (bytes.readUInt32LE(at) === CENTRAL_ENTRY) {
    const method = bytes.readUInt16LE(at + 10);
    const packed = bytes.readUInt32LE(at + 20);
    const nameLength = bytes.readUInt16LE(at + 28);
    const local = bytes.readUInt32LE(at + 42);
    const name = bytes.toString('utf8', at + CENTRAL_BYTES, at + CENTRAL_BYTES + nameLength);
    const start = local + LOCAL_BYTES + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const member = bytes.subarray(start, start + packed);
    arrays.set(name.replace(/\.npy$/u, ''), readNpy(method === STORED ? member : inflateRawSync(member)));
    at += CENTRAL_BYTES + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return arrays;
}

function readNpy(bytes: Buffer): NpzArray {
  const headerEnd = 10 + bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', 10, headerEnd);
  const shape = /'shape': \(([^)]*)\)/u.exec(header)?.[1];
  if (!header.includes("'<f4'") || header.includes('True') || shape === undefined)
    throw new Error(`no float32: ${header}`);
  const data = bytes.subarray(headerEnd);
  return {
    shape: shape
      .split(',')
      .filter((size) => size.trim() !== '')
      .map(Number),
    values: new Float32Array(data.buffer.slice(data.byteOffset, data.byteOffset + data.length)),
  };
}
