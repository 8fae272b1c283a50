import type { SourceOf } from '../analysis/layer.js';
import { readMatrixView } from '../tensors/read.js';
import type { PatchGrid, PositionBias } from './forward.js';
import { resampleGrid } from './resample.js';

/**
 * Row of the table of relative positions for every pair of tokens, (tokens, tokens), query by query: a class token in front of the
 * patches. As in BEiT (arXiv 2106.08254): pairs of patches by the difference of their rows and columns, then class to patch, patch to
 * class, class to class.
 */
export function relativeIndex([rows, columns]: PatchGrid): Int32Array {
  const tokens = rows * columns + 1;
  const pairs = (2 * rows - 1) * (2 * columns - 1);
  const index = new Int32Array(tokens * tokens);
  index.fill(pairs, 0, tokens);
  for (let query = 1; query < tokens; query++) {
    const [y, x] = [Math.floor((query - 1) / columns), (query - 1) % columns];
    index[query * tokens] = pairs + 1;
    for (let key = 1; key < tokens; key++) {
      const down = y - Math.floor((key - 1) / columns) + rows - 1;
      const right = x - ((key - 1) % columns) + columns - 1;
      index[query * tokens + key] = down * (2 * columns - 1) + right;
    }
  }
  index[0] = pairs + 2;
  return index;
}

/** The same for the places of a window, (places, places): there is no class token. */
export function windowIndex([rows, columns]: PatchGrid): Int32Array {
  const places = rows * columns;
  return Int32Array.from({ length: places * places }, (_, at) => {
    const [query, key] = [Math.floor(at / places), at % places];
    const down = Math.floor(query / columns) - Math.floor(key / columns) + rows - 1;
    const right = (query % columns) - (key % columns) + columns - 1;
    return down * (2 * columns - 1) + right;
  });
}

/**
 * A table of relative positions for a grid, (entries, heads): as stored, or its pairs of patches interpolated bilinearly as Transformers
 * does it for BEiT.
 */
export async function biasTable(
  { table, grid }: PositionBias,
  to: PatchGrid,
  sourceOf: SourceOf,
): Promise<Float32Array> {
  const values = await readMatrixView(await sourceOf(table.tensor.file), table, sourceOf);
  if (grid[0] === to[0] && grid[1] === to[1]) return Float32Array.from(values);
  const differences = ([rows, columns]: PatchGrid): PatchGrid => [2 * rows - 1, 2 * columns - 1];
  const [rows, columns] = differences(grid);
  const patches = values.subarray(0, rows * columns * table.columns);
  const resampled = resampleGrid(patches, table.columns, [rows, columns], differences(to), 'bilinear');
  const out = new Float32Array(resampled.length + values.length - patches.length);
  out.set(resampled);
  out.set(values.subarray(patches.length), resampled.length);
  return out;
}
