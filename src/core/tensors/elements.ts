import type { ByteSource } from '../bytes/byte-source.js';
import { BLOCKS, decodeBlocks } from './blocks.js';
import { DTYPES, isBlockType } from './dtype.js';
import { spacing } from './spacing.js';
import { elementCount, type Quantisation, type TensorEntry } from './tensor-index.js';
import { widen } from './widen.js';

/** What is wanted of each element: its value, or the distance to the next value that could have been stored in its place. */
export type Wanted = 'values' | 'steps';

/** Parts of a type whose bytes are turned round on their own: complex numbers are two numbers. */
function partSize(dtype: TensorEntry['dtype']): number {
  return DTYPES[dtype].kind === 'complex' ? DTYPES[dtype].bytes / 2 : DTYPES[dtype].bytes;
}

function turnRound(bytes: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(bytes.length);
  for (let at = 0; at < bytes.length; at += size) {
    for (let i = 0; i < size; i++) out[at + i] = bytes[at + size - 1 - i] ?? 0;
  }
  return out;
}

/** Replaces stored numbers, or the steps between them, by what they stand for; `from` is the position of the first in the tensor, row by row. */
function scale(
  values: Float64Array,
  { shape }: TensorEntry,
  { axis, block = 1, single, scales, zeroPoints }: Quantisation,
  from: number,
  wanted: Wanted,
): void {
  const inner = elementCount(shape.slice(axis + 1));
  const count = shape[axis] ?? 1;
  const blocks = Math.ceil(count / block);
  for (let i = 0; i < values.length; i++) {
    const along = Math.floor((from + i) / inner);
    const inBlock = Math.floor((along % count) / block);
    const place = block === 1 ? inBlock : (Math.floor(along / count) * blocks + inBlock) * inner + ((from + i) % inner);
    const index = scales.length === 1 ? 0 : place;
    const step = scales[index] ?? NaN;
    const value = ((values[i] ?? 0) - (wanted === 'steps' ? 0 : (zeroPoints[index] ?? 0))) * step;
    values[i] = wanted === 'steps' ? Math.abs(value) : single === true ? Math.fround(value) : value;
  }
}

/** Reads `count` elements from position `from` of a tensor whose bytes lie in one run. */
export async function readElements(
  source: ByteSource,
  tensor: TensorEntry,
  from: number,
  count: number,
  wanted: Wanted,
): Promise<Float64Array> {
  const { dtype, offset, bigEndian, quantisation } = tensor;
  if (isBlockType(dtype)) {
    const { elements, bytes } = BLOCKS[dtype];
    const first = Math.floor(from / elements);
    const blocks = Math.ceil((from + count) / elements) - first;
    const decoded = decodeBlocks(dtype, await source.read(offset + first * bytes, blocks * bytes), wanted);
    const values = decoded.subarray(from - first * elements, from - first * elements + count);
    if (quantisation !== undefined) scale(values, tensor, quantisation, from, wanted);
    return values;
  }
  const size = DTYPES[dtype].bytes;
  const stored = await source.read(offset + from * size, count * size);
  const values = widen(dtype, bigEndian === true ? turnRound(stored, partSize(dtype)) : stored);
  if (quantisation === undefined) return values;
  const scaled = wanted === 'steps' ? values.map((value) => spacing(dtype, value)) : values;
  scale(scaled, tensor, quantisation, from, wanted);
  return scaled;
}
