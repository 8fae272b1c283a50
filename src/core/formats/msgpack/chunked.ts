import * as l10n from '@vscode/l10n';
import { quoteName } from '../../bytes/quote.js';
import type { Chunk, TensorEntry } from '../../tensors/tensor-index.js';
import { DTYPES } from '../../tensors/dtype.js';
import { malformed } from '../problem.js';
import { checkedElementCount } from '../shape.js';

/** The key of a dictionary that stands for an array of more than 1 GiB. */
export const CHUNKED_MARK = '__msgpack_chunked_array__';

/** The parts of a tuple that is written as a dictionary of its positions. */
function shapeAt(sizes: ReadonlyMap<string, number>, path: string): number[] {
  const shape: number[] = [];
  for (;;) {
    const size = sizes.get(`${path}/shape/${String(shape.length)}`);
    if (size === undefined) return shape;
    shape.push(size);
  }
}

/**
 * One array out of the pieces in which Flax writes arrays that are too large for msgpack: runs of its elements, row by row.
 * @param path of the dictionary that stands for the array.
 * @param sizes numbers by path, those of the array's shape among them.
 * @throws CheckpointError `malformed`.
 */
export function joinedArray(
  path: string,
  pieces: readonly TensorEntry[],
  sizes: ReadonlyMap<string, number>,
  file: string,
): Omit<TensorEntry, 'path' | 'inputsFirst'> {
  const shape = shapeAt(sizes, path);
  const who = l10n.t('the array {0}', quoteName(path));
  const count = checkedElementCount(shape);
  if (typeof count === 'string') throw malformed(file, `${who} ${count}`);
  const [first] = pieces;
  if (first === undefined) throw malformed(file, l10n.t('{0} is said to lie in pieces and has none', who));
  const place = (piece: TensorEntry): number => Number(piece.name.slice(path.length).replace('/chunks/', ''));
  const chunks: Chunk[] = [];
  let start = 0;
  for (const [index, piece] of [...pieces].sort((one, other) => place(one) - place(other)).entries()) {
    const [length = 0] = piece.shape;
    const isNext = place(piece) === index && piece.shape.length === 1 && piece.dtype === first.dtype;
    if (!isNext)
      throw malformed(file, l10n.t('{0} has a piece {1} that does not fit the others', who, quoteName(piece.name)));
    chunks.push({ start: [start], shape: [length], offset: piece.offset, length: piece.byteLength, filters: [] });
    start += length;
  }
  if (start !== count)
    throw malformed(file, l10n.t('{0} has {1} elements in pieces and {2} by its shape', who, start, count));
  return {
    name: path,
    dtype: first.dtype,
    shape,
    strides: null,
    file: 0,
    offset: 0,
    byteLength: count * DTYPES[first.dtype].bytes,
    packing: { kind: 'chunks', shape: [count], chunks },
  };
}
