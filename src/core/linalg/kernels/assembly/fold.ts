import { dot } from './vectors';

/**
 * W <- W diag(gain) P in place, P = I - 1 1^T / columns where `centre` (layer norm), else the identity (RMS norm): the matrix that acts on the
 * standardised token.
 */
export function fold(w: usize, rows: i32, columns: i32, stride: i32, gain: usize, centre: bool): void {
  const end: usize = (<usize>columns) << 3;
  for (let i = 0; i < rows; i++) {
    const row = w + ((<usize>i * <usize>stride) << 3);
    const mean = centre ? dot(row, gain, columns) / <f64>columns : 0;
    for (let j: usize = 0; j < end; j += 8) store<f64>(row + j, load<f64>(row + j) * load<f64>(gain + j) - mean);
  }
}

/**
 * Sum over all entries of (spacing(w) gain_j)^2; `squares` holds the squared spacing of the stored type for each of the 2048 binary exponents of
 * a float64, `gain` the gains.
 */
export function roundingSum(w: usize, rows: i32, columns: i32, stride: i32, squares: usize, gain: usize): f64 {
  const end: usize = (<usize>columns) << 3;
  let sum: f64 = 0;
  for (let i = 0; i < rows; i++) {
    const row = w + ((<usize>i * <usize>stride) << 3);
    for (let j: usize = 0; j < end; j += 8) {
      const exponent = <usize>((load<u64>(row + j) >> 52) & 0x7ff);
      const g = load<f64>(gain + j);
      sum += load<f64>(squares + (exponent << 3)) * g * g;
    }
  }
  return sum;
}
