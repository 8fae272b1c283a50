import { addScaled, clear, dot, scale } from './vectors';

/**
 * QR of W^T by Householder reflections, for W (rows, columns), rows <= columns: W^T = Q R with orthonormal columns of Q even where W has
 * lower rank. `w` becomes Q^T (rows, columns); `lower` gets R^T (rows, rows), lower triangular, rows `lowerStride` apart.
 * `work` holds 2 * rows elements.
 */
export function orthogonalise(
  w: usize,
  rows: i32,
  columns: i32,
  stride: i32,
  lower: usize,
  lowerStride: i32,
  work: usize,
): void {
  const rowBytes: usize = (<usize>stride) << 3;
  const lowerBytes: usize = (<usize>lowerStride) << 3;
  const factors = work;
  for (let j = 0; j < rows; j++) {
    const at: usize = (<usize>j) << 3;
    const length = columns - j;
    const vector = w + <usize>j * rowBytes + at;
    const row = lower + <usize>j * lowerBytes;
    clear(row, lowerStride);
    for (let i = 0; i < j; i++)
      store<f64>(row + ((<usize>i) << 3), load<f64>(w + <usize>j * rowBytes + ((<usize>i) << 3)));
    // The reflection that takes the rest of this column to a multiple of the first axis; factor 0 leaves a zero column alone.
    const norm = Math.sqrt(dot(vector, vector, length));
    const head = load<f64>(vector);
    const end = head > 0 ? -norm : norm;
    store<f64>(row + at, end);
    let factor: f64 = 0;
    if (norm > 0) {
      store<f64>(vector, head - end);
      factor = 1 / (norm * (norm + Math.abs(head)));
    }
    store<f64>(factors + at, factor);
    for (let i = j + 1; i < rows; i++) {
      const other = w + <usize>i * rowBytes + at;
      addScaled(other, -factor * dot(vector, other, length), vector, length);
    }
  }
  accumulate(w, rows, columns, stride, factors);
}

/**
 * Turns reflections into the matrix they form: row j holds the vector of reflection j from element j on, `factors` its 2 / |v|^2.
 * Afterwards the rows are the first columns of H_0 H_1 ... H_(rows - 1).
 */
export function accumulate(w: usize, rows: i32, columns: i32, stride: i32, factors: usize): void {
  const rowBytes: usize = (<usize>stride) << 3;
  for (let j = rows - 1; j >= 0; j--) {
    const at: usize = (<usize>j) << 3;
    const length = columns - j;
    const vector = w + <usize>j * rowBytes + at;
    const factor = load<f64>(factors + at);
    for (let i = j + 1; i < rows; i++) {
      const other = w + <usize>i * rowBytes + at;
      addScaled(other, -factor * dot(vector, other, length), vector, length);
    }
    scale(vector, -factor * load<f64>(vector), length);
    store<f64>(vector, load<f64>(vector) + 1);
    clear(w + <usize>j * rowBytes, j);
  }
}
