import type { Basis } from './figures.js';

/** Two-sided 99 % quantile of the standard normal distribution. */
const NORMAL_99 = 2.5758293035489004;

/** Dimensions in which directions of the basis are free: the width, less one where the folded basis centres. */
export function freeDimensions(width: number, basis: Basis, norm: 'layer' | 'rms' | null): number {
  return basis === 'folded' && norm === 'layer' ? width - 1 : width;
}

/**
 * Half-width of the two-sided 99 % band of the cosine of two independent directions in R^r: sqrt(BetaInv(0.99; 1/2, (r - 1)/2)).
 * @param dimensions r >= 2; in fewer there is no chance to speak of, and the band is 1.
 */
export function modeBand(dimensions: number): number {
  if (dimensions < 2) return 1;
  let low = 0;
  let high = 1;
  // The probability that |c| < x grows with x: bisection to the last bit is 60 evaluations and needs no derivative.
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (incompleteBeta(middle * middle, 0.5, (dimensions - 1) / 2) < 0.99) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Half-width of the band of a head's plain mean over `modes` modes. */
export function headMeanBand(modes: number, dimensions: number): number {
  return NORMAL_99 / Math.sqrt(modes * dimensions);
}

/** Half-width of the band of a head's weighted figure with its own spectrum; null for a head without one. */
export function headWeightedBand(sigma: Float64Array, dimensions: number): number | null {
  let sum = 0;
  let squares = 0;
  for (const value of sigma) {
    sum += value;
    squares += value * value;
  }
  return sum > 0 ? (NORMAL_99 * Math.sqrt(squares)) / (sum * Math.sqrt(dimensions)) : null;
}

/** Half-width of the band of a mean over independent heads; null when none has a band. */
export function layerBand(bands: readonly (number | null)[]): number | null {
  const known = bands.filter((band) => band !== null);
  return known.length === 0 ? null : Math.hypot(...known) / known.length;
}

/** Regularised incomplete beta function I_x(a, b), by its continued fraction (Lentz; DLMF 8.17.22). */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / keepFrom(1 - ((a + b) * x) / (a + 1), tiny);
  let fraction = d;
  for (let m = 1; m < 500; m++) {
    for (const factor of [
      (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)),
      (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)),
    ]) {
      d = 1 / keepFrom(1 + factor * d, tiny);
      c = keepFrom(1 + factor / c, tiny);
      fraction *= c * d;
    }
    if (Math.abs(c * d - 1) < 1e-15) break;
  }
  const logFront = a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b);
  return (Math.exp(logFront) * fraction) / a;
}

function keepFrom(value: number, tiny: number): number {
  return Math.abs(value) < tiny ? tiny : value;
}

/** Logarithm of the gamma function for positive x, by Stirling's series after shifting x beyond 15 (error below 1e-15 relative). */
function logGamma(x: number): number {
  let shift = 0;
  let z = x;
  for (; z < 15; z++) shift += Math.log(z);
  const r = 1 / (z * z);
  const series = (1 / 12 - r * (1 / 360 - r * (1 / 1260 - r * (1 / 1680 - r / 1188)))) / z;
  return (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + series - shift;
}
