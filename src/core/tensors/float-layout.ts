import type { DType } from './dtype.js';

/** How the bits of a small floating-point type are used. */
interface FloatLayout {
  readonly exponentBits: number;
  readonly mantissaBits: number;
  readonly bias: number;
  /**
   * `ieee`: the highest exponent means infinity and NaN; `finite`: only all ones mean NaN (the fn types);
   * `unsigned-zero`: only minus zero means NaN (the fnuz types); `scale`: powers of two without sign and zero (e8m0).
   */
  readonly special: 'ieee' | 'finite' | 'unsigned-zero' | 'scale';
}

/** The floating-point types; narrow ones as in OCP "8-bit Floating Point" 1.0, arXiv 2206.02915 (fnuz) and OCP "Microscaling" 1.0. */
export const FLOAT_LAYOUTS: Partial<Record<DType, FloatLayout>> = {
  F64: { exponentBits: 11, mantissaBits: 52, bias: 1023, special: 'ieee' },
  F32: { exponentBits: 8, mantissaBits: 23, bias: 127, special: 'ieee' },
  F16: { exponentBits: 5, mantissaBits: 10, bias: 15, special: 'ieee' },
  BF16: { exponentBits: 8, mantissaBits: 7, bias: 127, special: 'ieee' },
  F8_E4M3: { exponentBits: 4, mantissaBits: 3, bias: 7, special: 'finite' },
  F8_E5M2: { exponentBits: 5, mantissaBits: 2, bias: 15, special: 'ieee' },
  F8_E4M3FNUZ: { exponentBits: 4, mantissaBits: 3, bias: 8, special: 'unsigned-zero' },
  F8_E5M2FNUZ: { exponentBits: 5, mantissaBits: 2, bias: 16, special: 'unsigned-zero' },
  F8_E8M0: { exponentBits: 8, mantissaBits: 0, bias: 127, special: 'scale' },
};

/** The value of the bits of a type of at most 16 bits. */
export function decodeFloat(layout: FloatLayout, bits: number): number {
  const { exponentBits, mantissaBits, bias, special } = layout;
  const hidden = 1 << mantissaBits;
  const mantissa = bits & (hidden - 1);
  const highest = (1 << exponentBits) - 1;
  const exponent = (bits >> mantissaBits) & highest;
  if (special === 'scale') return exponent === 0xff ? NaN : 2 ** (exponent - bias);
  const negative = bits >> (mantissaBits + exponentBits) === 1;
  const full = exponent === highest;
  if (special === 'ieee' && full && mantissa !== 0) return NaN;
  if (special === 'ieee' && full) return negative ? -Infinity : Infinity;
  if (special === 'finite' && full && mantissa === hidden - 1) return NaN;
  if (special === 'unsigned-zero' && negative && exponent === 0 && mantissa === 0) return NaN;
  // Without the hidden one, at the lowest exponent: a subnormal number.
  const size =
    exponent === 0
      ? mantissa * 2 ** (1 - bias - mantissaBits)
      : (hidden + mantissa) * 2 ** (exponent - bias - mantissaBits);
  return negative ? -size : size;
}

/** All values of a type of at most 16 bits by their bits; float32 holds each of them exactly. */
export function floatValues(layout: FloatLayout): Float32Array {
  const { exponentBits, mantissaBits, special } = layout;
  const sign = special === 'scale' ? 0 : 1;
  const run = 1 << mantissaBits;
  const values = new Float32Array(run << (exponentBits + sign));
  // With sign and exponent the same, values are evenly spaced but for special ones; a power for each code would take 12 ms for 16 bits.
  for (let first = 0; first < values.length; first += run) {
    const start = decodeFloat(layout, first);
    const step = run === 1 ? 0 : decodeFloat(layout, first + 1) - start;
    const isEven = Number.isFinite(step) && decodeFloat(layout, first + run - 1) === start + step * (run - 1);
    for (let i = 0; i < run; i++) values[first + i] = isEven ? start + step * i : decodeFloat(layout, first + i);
  }
  return values;
}
