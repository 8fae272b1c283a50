import type { Basis } from '../figures.js';
import type { TokenNorm } from './head-weights.js';

/**
 * How the projections of a token on directions are read off the norm's output x: t . w_n = coefficients_n . x - offset_n, t the token in the basis.
 * In the raw basis that is w_n itself. In the folded one t is the standardised token z = (x - shift) / gain, so the gain goes into the
 * coefficients, and no token is ever standardised one by one.
 */
export interface Readers {
  /** (directions, width). */
  readonly coefficients: Float64Array;
  readonly offsets: Float64Array;
  /** Channels whose gain is too small to read z from x. */
  readonly unreadable: number;
}

/**
 * A channel with a smaller gain, in units of its shift, says nothing of z any more: the rounding of x to float32 is more than a hundredth of a
 * standard deviation there.
 */
const READABLE_GAIN = 2 ** -24 / 0.01;

/**
 * Readers of directions of a basis.
 *
 * Where the gain of a channel is zero, or drowned in rounding, z is not to be had from x. A layer norm still tells the sum of what is missing, since
 * all channels of z add up to zero; and as such a channel has no weight in the head but by the centring, its entries are the same in every
 * direction there is, so that the sum is all that is needed. It is put in evenly. Under an RMS norm the entries are zero.
 * @param directions (directions, width) in the basis: unit vectors u or v.
 * @param norm null where no norm feeds the attention: both bases are then the raw one.
 */
export function readersOf(directions: Float64Array, width: number, basis: Basis, norm: TokenNorm | null): Readers {
  const count = directions.length / width;
  const offsets = new Float64Array(count);
  if (basis === 'raw' || norm === null) return { coefficients: directions, offsets, unreadable: 0 };
  const gain = norm.gain ?? new Float64Array(width).fill(1);
  const shift = norm.shift ?? new Float64Array(width);
  const readable = Array.from(gain, (value, j) => Math.abs(value) > READABLE_GAIN * Math.abs(shift[j] ?? 0));
  const unreadable = readable.filter((is) => !is).length;
  const coefficients = new Float64Array(directions.length);
  for (let n = 0; n < count; n++) {
    const direction = directions.subarray(n * width, (n + 1) * width);
    const missing =
      norm.kind === 'layer' ? direction.reduce((sum, value, j) => sum + (readable[j] === true ? 0 : value), 0) : 0;
    const even = unreadable === 0 ? 0 : missing / unreadable;
    let offset = 0;
    for (let j = 0; j < width; j++) {
      if (readable[j] !== true) continue;
      const coefficient = ((direction[j] ?? 0) - even) / (gain[j] ?? 1);
      coefficients[n * width + j] = coefficient;
      offset += coefficient * (shift[j] ?? 0);
    }
    offsets[n] = offset;
  }
  return { coefficients, offsets, unreadable };
}
