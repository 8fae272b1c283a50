/** Mean of a run of numbers. */
function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Mean square of a run of numbers. */
export function meanSquare(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value * value, 0) / values.length;
}

/** Variance of a run of numbers, divided by their number. */
export function variance(values: Float64Array): number {
  const middle = mean(values);
  return values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / values.length;
}

/**
 * Mean over i of the variance over j of sum_a x_a(i) y_a(j): <mean of x x^T, covariance of y>, so that no matrix of all i and j is formed.
 * @param x (parts, tokens), one row a part.
 * @param y the same for the other side.
 */
export function meanVarianceOfSum(x: readonly Float64Array[], y: readonly Float64Array[]): number {
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
