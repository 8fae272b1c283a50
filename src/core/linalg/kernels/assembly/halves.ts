/**
 * Float16 as float64, four at a time: `to` gets `count` elements, a multiple of four, of those at `from`.
 * Sign, exponent and fraction are put where float32 has them, and the product with 2^112 mends the bias of the exponent; it is exact, for
 * subnormal numbers too.
 * @returns false where one of them is infinite or no number, which this does not give.
 */
export function widenHalves(from: usize, count: i32, to: usize): bool {
  const bias = f32x4.splat(5.192296858534828e33); // 2^112
  const sign = i32x4.splat(0x8000);
  const rest = i32x4.splat(0x7fff);
  const exponent = i32x4.splat(0x7c00);
  let special = i32x4.splat(0);
  const end = from + ((<usize>count) << 1);
  let out = to;
  for (let at = from; at < end; at += 8) {
    const halves = v128.load_ext<u16>(at);
    special = v128.or(special, i32x4.eq(v128.and(halves, exponent), exponent));
    const bits = v128.or(i32x4.shl(v128.and(halves, sign), 16), i32x4.shl(v128.and(halves, rest), 13));
    const single = f32x4.mul(bits, bias);
    v128.store(out, f64x2.promote_low_f32x4(single));
    v128.store(out, f64x2.promote_low_f32x4(v128.shuffle<i64>(single, single, 1, 1)), 16);
    out += 32;
  }
  return !v128.any_true(special);
}
