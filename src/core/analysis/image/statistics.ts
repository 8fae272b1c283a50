/** Places of numbers that are compared with each other and with no others, such as those of a window; null for all with all. */
export type Groups = readonly Int32Array[] | null;

/** Mean of a run of numbers. */
function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Mean square of a run of numbers. */
export function meanSquare(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value * value, 0) / values.length;
}

/** Variance of a run of numbers, divided by their number. */
function variance(values: Float64Array): number {
  const middle = mean(values);
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / values.length;
}

/** The numbers with the mean of their group taken off. */
export function centredIn(groups: Groups, values: Float64Array): Float64Array {
  const out = new Float64Array(values.length);
  for (const group of groups ?? [everyPlace(values.length)]) {
    const middle = mean(taken(values, group));
    for (const at of group) out[at] = (values[at] ?? NaN) - middle;
  }
  return out;
}

function everyPlace(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, at) => at);
}

function taken(values: Float64Array, group: Int32Array): Float64Array {
  return Float64Array.from(group, (at) => values[at] ?? NaN);
}

/**
 * Mean over i of the variance over the j of its group of sum_a x_a(i) y_a(j).
 * @param x (parts, tokens), one row a part.
 * @param y the same for the other side.
 */
export function meanVarianceOfSum(x: readonly Float64Array[], y: readonly Float64Array[], groups: Groups): number {
  if (groups === null) return varianceOfSum(x, y);
  let sum = 0;
  let count = 0;
  for (const group of groups) {
    const part = (rows: readonly Float64Array[]): Float64Array[] => rows.map((row) => taken(row, group));
    sum += group.length * varianceOfSum(part(x), part(y));
    count += group.length;
  }
  return sum / count;
}

/** The same among all: <mean of x x^T, covariance of y>, so that no matrix of all i and j is formed. */
function varianceOfSum(x: readonly Float64Array[], y: readonly Float64Array[]): number {
  const [query, key] = [x[0], y[0]];
  if (x.length === 1 && query !== undefined && key !== undefined) return meanSquare(query) * variance(key);
  const centred = y.map((row) => {
    const middle = mean(row);
    return row.map((value) => value - middle);
  });
  let sum = 0;
  for (let a = 0; a < x.length; a++) {
    for (let b = 0; b <= a; b++) {
      const product = meanProduct(x[a], x[b]) * meanProduct(centred[a], centred[b]);
      sum += a === b ? product : 2 * product;
    }
  }
  return sum;
}

function meanProduct(a: Float64Array | undefined, b: Float64Array | undefined): number {
  if (a === undefined || b === undefined) return 0;
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum / a.length;
}

/** Rows of a matrix, without a copy. */
export function rowsOf(matrix: Float64Array, columns: number): Float64Array[] {
  return Array.from({ length: matrix.length / columns }, (_, row) =>
    matrix.subarray(row * columns, (row + 1) * columns),
  );
}
