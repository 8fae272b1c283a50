import { fixed } from '../text/numbers.js';

/** A cosine for a map cell: two decimals, and the leading 0 goes (`.41`). */
export function cellNumber(value: number | null): string {
  return fixed(value).replace(/^(\u2212?)0\./, '$1.');
}

/** Smallest sigma that is written without an exponent. */
const SMALLEST_PLAIN = 1e-5;
/** From here on decimals of a sigma tell nothing. */
const LARGEST_WITH_DECIMALS = 1000;

/** A singular value: two decimals, below 0.1 two digits that count (`0.0023`), an exponent below 1e-5. */
export function sigmaNumber(value: number): string {
  if (!Number.isFinite(value)) return fixed(null);
  if (value >= LARGEST_WITH_DECIMALS) return value < 1e6 ? value.toFixed(0) : exponent(value);
  if (value >= 0.095 || value === 0) return value.toFixed(2);
  if (value < SMALLEST_PLAIN) return exponent(value);
  return value.toFixed(1 - Math.floor(Math.log10(value)));
}

function exponent(value: number): string {
  return value.toExponential(1).replace('-', '\u2212').replace('+', '');
}

/** A share, 0..1, as percent with one decimal. */
export function percent(share: number): string {
  return `${fixed(share * 100, 1)} %`;
}

/** An angle in radians as whole degrees. */
export function degrees(radians: number): string {
  return `${String(Math.round((radians * 180) / Math.PI))}\u00b0`;
}

/** The half-width of a chance band: `±0.02`; two digits that count when it is smaller than 0.01. */
export function plusMinus(halfWidth: number): string {
  return `\u00b1${halfWidth >= 0.01 ? halfWidth.toFixed(2) : sigmaNumber(halfWidth)}`;
}

/** A number of parameters: `22.1 M`. */
export function parameters(count: number): string {
  const units: readonly (readonly [number, string])[] = [
    [1e9, 'B'],
    [1e6, 'M'],
    [1e3, 'k'],
  ];
  for (const [size, unit] of units) if (count >= size) return `${(count / size).toFixed(1)} ${unit}`;
  return String(count);
}

/** A number for a spreadsheet: up to seven digits that count, an ASCII minus sign, empty where there is none. */
export function plainNumber(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return '';
  return String(Number(value.toPrecision(7)));
}

/** A place in the form that is used everywhere: `L8`, `L8 H3`. */
export function placeName(layer: number, head: number | null): string {
  return head === null ? `L${String(layer)}` : `L${String(layer)} H${String(head)}`;
}
