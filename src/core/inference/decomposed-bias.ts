import type { SourceOf } from '../analysis/layer.js';
import type { MatrixView } from '../model/model.js';
import { readMatrixView } from '../tensors/read.js';
import type { DecomposedBias, PatchGrid } from './forward.js';
import { resampleGrid } from './resample.js';

/**
 * Makes queries and keys wider by what their products need to hold a decomposed bias too: a query gets what it makes of the way to each row and to each column,
 * a key gets ones for the row and the column that it is in. Each (places, size) to (places, wide).
 */
export interface Widening {
  /** Numbers of a wider query or key. */
  readonly wide: number;
  /** @param values with the scale on them or before it: either way the products are those of the model. */
  query(values: Float64Array): Float64Array;
  key(values: Float64Array): Float64Array;
}

/** Entries of a table for so many rows or columns, (2 x length - 1, size): as stored, or interpolated linearly as Segment Anything does it. */
export async function waysAlong(table: MatrixView, length: number, sourceOf: SourceOf): Promise<Float64Array> {
  const values = await readMatrixView(await sourceOf(table.tensor.file), table, sourceOf);
  const wanted = 2 * length - 1;
  if (wanted === table.rows) return values;
  return Float64Array.from(resampleGrid(values, table.columns, [table.rows, 1], [wanted, 1], 'bilinear'));
}

/**
 * The widening of a layer.
 * @param grid rows and columns of a window, or of all tokens where every token attends to all.
 * @param scale factor on the products, which the bias does not get.
 */
export async function readWidening(
  { rows, columns }: DecomposedBias,
  [height, width]: PatchGrid,
  scale: number,
  sourceOf: SourceOf,
): Promise<Widening> {
  const size = rows.columns;
  const wide = size + height + width;
  const [down, across] = await Promise.all([waysAlong(rows, height, sourceOf), waysAlong(columns, width, sourceOf)]);
  const widened = (values: Float64Array, more: (own: Float64Array, row: number, column: number) => void) => {
    const out = new Float64Array(height * width * wide);
    for (let place = 0; place < height * width; place++) {
      const own = out.subarray(place * wide, (place + 1) * wide);
      own.set(values.subarray(place * size, (place + 1) * size));
      more(own, Math.floor(place / width), place % width);
    }
    return out;
  };
  return {
    wide,
    query: (values) =>
      widened(values, (own, row, column) => {
        for (let to = 0; to < height; to++) own[size + to] = product(own, down, row - to + height - 1, size) / scale;
        for (let to = 0; to < width; to++) {
          own[size + height + to] = product(own, across, column - to + width - 1, size) / scale;
        }
      }),
    key: (values) =>
      widened(values, (own, row, column) => {
        own[size + row] = 1;
        own[size + height + column] = 1;
      }),
  };
}

/** A query times an entry of a table. */
function product(query: Float64Array, table: Float64Array, entry: number, size: number): number {
  let sum = 0;
  for (let d = 0; d < size; d++) sum += (query[d] ?? NaN) * (table[entry * size + d] ?? NaN);
  return sum;
}
