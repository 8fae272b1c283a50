import { logarithms } from './logarithm';

/** Numbers of a row of `lookAtRows`. */
const FOUND: usize = 7;

/** Less than any float32 but 0, and normal as a float64. */
const NEARLY_NOTHING: f64 = 1e-60;

/**
 * Sums over what each patch attends to among the others: `out` gets, a row a patch, 1 / (the sum of it all), or 0 where that is nothing; what falls on each of
 * four groups; what falls on weights; and the entropy, for patches with a weight. All but the first are of parts that sum to 1.
 * @param attention float32 of the first patch towards the first, rows `stride` bytes apart.
 * @param weights float64, and behind them 1 for the patches of each group in turn; all of an even number, with zeros behind the last patch.
 * @param row float64 for a row, as even.
 */
export function lookAtRows(
  attention: usize,
  stride: usize,
  patches: i32,
  weights: usize,
  row: usize,
  out: usize,
): void {
  const size: usize = (<usize>((patches + 1) & ~1)) << 3;
  const whole = patches & ~1;
  store<f64>(row + size - 8, 0);
  for (let i = 0; i < patches; i++) {
    const from = attention + <usize>i * stride;
    for (let j = 0; j < whole; j += 2) {
      v128.store(row + ((<usize>j) << 3), f64x2.promote_low_f32x4(v128.load64_zero(from + ((<usize>j) << 2))));
    }
    if (patches & 1) store<f64>(row + ((<usize>whole) << 3), load<f32>(from + ((<usize>whole) << 2)));
    store<f64>(row + ((<usize>i) << 3), 0);
    const own = load<f64>(weights + ((<usize>i) << 3));
    sumRow(row, size, weights, own > 0, out + <usize>i * (FOUND << 3));
  }
}

function sumRow(row: usize, size: usize, weights: usize, hasEntropy: bool, out: usize): void {
  const none = f64x2.splat(0);
  let all = none;
  let weighted = none;
  let g0 = none;
  let g1 = none;
  let g2 = none;
  let g3 = none;
  const at0 = weights + size - row;
  const at1 = at0 + size;
  const at2 = at1 + size;
  const at3 = at2 + size;
  const toWeights = weights - row;
  const end = row + size;
  for (let at = row; at < end; at += 16) {
    const share = v128.load(at);
    all = f64x2.add(all, share);
    weighted = f64x2.add(weighted, f64x2.mul(share, v128.load(at + toWeights)));
    g0 = f64x2.add(g0, f64x2.mul(share, v128.load(at + at0)));
    g1 = f64x2.add(g1, f64x2.mul(share, v128.load(at + at1)));
    g2 = f64x2.add(g2, f64x2.mul(share, v128.load(at + at2)));
    g3 = f64x2.add(g3, f64x2.mul(share, v128.load(at + at3)));
  }
  const sum = both(all);
  const factor = sum > 0 ? 1 / sum : 0;
  store<f64>(out, factor);
  store<f64>(out, factor * both(g0), 8);
  store<f64>(out, factor * both(g1), 16);
  store<f64>(out, factor * both(g2), 24);
  store<f64>(out, factor * both(g3), 32);
  store<f64>(out, factor * both(weighted), 40);
  store<f64>(out, hasEntropy && sum > 0 ? entropy(row, end, factor) : 0, 48);
}

/** - sum of p log p, p = factor * share. */
function entropy(row: usize, end: usize, factor: f64): f64 {
  const factors = f64x2.splat(factor);
  const least = f64x2.splat(NEARLY_NOTHING);
  let sum = f64x2.splat(0);
  for (let at = row; at < end; at += 16) {
    const part = f64x2.mul(factors, v128.load(at));
    sum = f64x2.sub(sum, f64x2.mul(part, logarithms(f64x2.pmax(least, part))));
  }
  return both(sum);
}

function both(pair: v128): f64 {
  return f64x2.extract_lane(pair, 0) + f64x2.extract_lane(pair, 1);
}
