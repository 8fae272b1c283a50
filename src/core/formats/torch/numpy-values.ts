import { MAX_LISTED } from './pickle/limits.js';
import type { NumpyType, PickleBytes, PickleValue } from './pickle/values.js';

/** How to read one number of a NumPy type. */
type ReadNumber = (view: DataView, at: number, little: boolean) => number;

const READERS: ReadonlyMap<string, { size: number; read: ReadNumber }> = new Map([
  ['f8', { size: 8, read: (view, at, little) => view.getFloat64(at, little) }],
  ['f4', { size: 4, read: (view, at, little) => view.getFloat32(at, little) }],
  ['i8', { size: 8, read: (view, at, little) => Number(view.getBigInt64(at, little)) }],
  ['i4', { size: 4, read: (view, at, little) => view.getInt32(at, little) }],
  ['i2', { size: 2, read: (view, at, little) => view.getInt16(at, little) }],
  ['i1', { size: 1, read: (view, at) => view.getInt8(at) }],
  ['u8', { size: 8, read: (view, at, little) => Number(view.getBigUint64(at, little)) }],
  ['u4', { size: 4, read: (view, at, little) => view.getUint32(at, little) }],
  ['u2', { size: 2, read: (view, at, little) => view.getUint16(at, little) }],
  ['u1', { size: 1, read: (view, at) => view.getUint8(at) }],
  ['b1', { size: 1, read: (view, at) => view.getUint8(at) }],
]);

/** The first bytes of a value, whether the stream had them as bytes or as text. */
function firstBytes({ data }: PickleBytes, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) bytes[i] = typeof data === 'string' ? data.charCodeAt(i) : (data[i] ?? 0);
  return bytes;
}

/** The numbers of a small array; null for types that are no numbers, and for arrays too long to be settings. */
export function numpyNumbers(type: NumpyType, bytes: PickleBytes): PickleValue[] | null {
  const reader = READERS.get(type.code);
  if (reader === undefined || bytes.data.length > reader.size * MAX_LISTED) return null;
  const view = new DataView(firstBytes(bytes, bytes.data.length).buffer);
  const numbers: PickleValue[] = [];
  for (let at = 0; at + reader.size <= view.byteLength; at += reader.size) {
    const value = reader.read(view, at, !type.bigEndian);
    numbers.push(type.code === 'b1' ? value !== 0 : value);
  }
  return numbers;
}
