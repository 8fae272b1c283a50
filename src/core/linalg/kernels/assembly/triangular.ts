import { addScaled, clear, dot } from './vectors';

/**
 * Cholesky factor of a symmetric positive definite matrix, in place: lower triangle L, zeros above; A = L L^T.
 * @returns false when a pivot is not positive, so that the matrix is not numerically definite.
 */
export function factorise(a: usize, size: i32, stride: i32): bool {
  const rowBytes: usize = (<usize>stride) << 3;
  for (let i = 0; i < size; i++) {
    const row = a + <usize>i * rowBytes;
    for (let j = 0; j < i; j++) {
      const other = a + <usize>j * rowBytes;
      const at: usize = (<usize>j) << 3;
      store<f64>(row + at, (load<f64>(row + at) - dot(row, other, j)) / load<f64>(other + at));
    }
    const diagonal: usize = (<usize>i) << 3;
    const pivot = load<f64>(row + diagonal) - dot(row, row, i);
    if (!(pivot > 0)) return false;
    store<f64>(row + diagonal, Math.sqrt(pivot));
    clear(row + diagonal + 8, stride - i - 1);
  }
  return true;
}

/** out = inverse of a lower triangular matrix, lower triangular too; rows `stride` elements apart. */
export function invertLower(l: usize, size: i32, stride: i32, out: usize): void {
  const rowBytes: usize = (<usize>stride) << 3;
  for (let i = 0; i < size; i++) {
    const row = out + <usize>i * rowBytes;
    const source = l + <usize>i * rowBytes;
    clear(row, stride);
    for (let j = 0; j < i; j++)
      addScaled(row, -load<f64>(source + ((<usize>j) << 3)), out + <usize>j * rowBytes, j + 1);
    const inverse = 1 / load<f64>(source + ((<usize>i) << 3));
    for (let j = 0; j < i; j++) {
      const at: usize = (<usize>j) << 3;
      store<f64>(row + at, load<f64>(row + at) * inverse);
    }
    store<f64>(row + ((<usize>i) << 3), inverse);
  }
}

/** out = transpose of a square matrix; rows `stride` elements apart. */
export function transpose(a: usize, size: i32, stride: i32, out: usize): void {
  const rowBytes: usize = (<usize>stride) << 3;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      store<f64>(out + <usize>j * rowBytes + ((<usize>i) << 3), load<f64>(a + <usize>i * rowBytes + ((<usize>j) << 3)));
    }
  }
}

/** Square of the Frobenius norm. */
export function squaredNorm(a: usize, rows: i32, columns: i32, stride: i32): f64 {
  let sum: f64 = 0;
  for (let i = 0; i < rows; i++) {
    const row = a + ((<usize>i * <usize>stride) << 3);
    sum += dot(row, row, columns);
  }
  return sum;
}
