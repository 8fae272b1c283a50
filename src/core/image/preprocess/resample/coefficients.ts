import type { Filter } from './filters.js';

/**
 * Bits behind the point of a coefficient. 8 bits of 32 are the pixel's, two more keep sums of negative coefficients from overflowing; Pillow has the
 * same number, and results equal its own only with it.
 */
export const PRECISION_BITS = 22;

/** What each pixel of a row takes from the pixels of the row it is made of. */
export interface Coefficients {
  /** First source pixel, one an output pixel. */
  readonly starts: Int32Array;
  /** Number of source pixels, one an output pixel. */
  readonly counts: Int32Array;
  /** Fixed-point coefficients, `stride` places an output pixel. */
  readonly values: Int32Array;
  readonly stride: number;
}

/**
 * Coefficients for `count` output pixels from `first` on, when a row of `from` pixels becomes one of `to`.
 * The kernel is stretched by from / to where the row shrinks (antialiasing), and its sum is made 1 before it is rounded. As Pillow's Resample.c.
 */
export function coefficients(from: number, to: number, filter: Filter, first: number, count: number): Coefficients {
  const scale = from / to;
  const stretch = Math.max(1, scale);
  const support = filter.support * stretch;
  const stride = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(count);
  const counts = new Int32Array(count);
  const values = new Int32Array(count * stride);
  const weights = new Float64Array(stride);
  for (let i = 0; i < count; i++) {
    const centre = (first + i + 0.5) * scale;
    const start = Math.max(0, Math.trunc(centre - support + 0.5));
    const length = Math.min(from, Math.trunc(centre + support + 0.5)) - start;
    let sum = 0;
    for (let x = 0; x < length; x++) {
      const weight = filter.weight((x + start - centre + 0.5) * (1 / stretch));
      weights[x] = weight;
      sum += weight;
    }
    starts[i] = start;
    counts[i] = length;
    for (let x = 0; x < length; x++) {
      const share = sum === 0 ? (weights[x] ?? 0) : (weights[x] ?? 0) / sum;
      values[i * stride + x] = Math.trunc(share * 2 ** PRECISION_BITS + (share < 0 ? -0.5 : 0.5));
    }
  }
  return { starts, counts, values, stride };
}
