/** Beyond it the error function is 1 in float64. */
const ONE_FROM = 6;

/** From here on the continued fraction settles faster than the series. */
const SERIES_TO = 2.5;

/**
 * Error function, to 1e-15.
 * Series of positive terms (DLMF 7.6.2), and far out the continued fraction of its complement (DLMF 7.9.1).
 */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (!(size < ONE_FROM)) return Number.isNaN(x) ? NaN : Math.sign(x);
  return Math.sign(x) * (size < SERIES_TO ? series(size) : 1 - complement(size));
}

function series(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; term > sum * Number.EPSILON; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** Terms of the fraction, evaluated from the last: at 2.5 more change nothing in float64. */
const TERMS = 60;

function complement(x: number): number {
  let fraction = 0;
  for (let n = TERMS; n >= 1; n--) fraction = n / 2 / (x + fraction);
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / (x + fraction);
}
