// ln(1/sqrt 2 .. sqrt 2) = 2 (s + s^3/3 + s^5/5 + ...), s = (m - 1) / (m + 1), |s| < 0.1716: what follows the term of s^17 is less than 1e-15.

const ROOT_HALF: i64 = 0x3fe6a09e667f3bcd;
const MANY: i64 = 0x4330000000000000;
const LN_2: f64 = 0.6931471805599453;

/** Natural logarithms of two positive, normal numbers. */
export function logarithms(x: v128): v128 {
  const exponents = i64x2.shr_s(i64x2.sub(x, i64x2.splat(ROOT_HALF)), 52);
  const m = i64x2.sub(x, i64x2.shl(exponents, 52));
  // The bits of 2^52 + n hold n: so an exponent, made positive, becomes a number.
  const biased = v128.or(i64x2.add(exponents, i64x2.splat(2048)), i64x2.splat(MANY));
  const e = f64x2.sub(biased, f64x2.splat(4_503_599_627_370_496.0 + 2048.0));
  const one = f64x2.splat(1);
  const s = f64x2.div(f64x2.sub(m, one), f64x2.add(m, one));
  const q = f64x2.mul(s, s);
  let sum = f64x2.splat(2.0 / 17.0);
  sum = f64x2.add(f64x2.mul(sum, q), f64x2.splat(2.0 / 15.0));
  sum = f64x2.add(f64x2.mul(sum, q), f64x2.splat(2.0 / 13.0));
  sum = f64x2.add(f64x2.mul(sum, q), f64x2.splat(2.0 / 11.0));
  sum = f64x2.add(f64x2.mul(sum, q), f64x2.splat(2.0 / 9.0));
  sum = f64x2.add(f64x2.mul(sum, q), f64x2.splat(2.0 / 7.0));
  sum = f64x2.add(f64x2.mul(sum, q), f64x2.splat(2.0 / 5.0));
  sum = f64x2.add(f64x2.mul(sum, q), f64x2.splat(2.0 / 3.0));
  sum = f64x2.add(f64x2.mul(sum, q), f64x2.splat(2.0));
  return f64x2.add(f64x2.mul(e, f64x2.splat(LN_2)), f64x2.mul(s, sum));
}
