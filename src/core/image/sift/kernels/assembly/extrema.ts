/** target = upper - lower, over `bytes` of float32, a multiple of 16. */
export function differenceRow(lower: usize, upper: usize, target: usize, bytes: usize): void {
  for (let x: usize = 0; x < bytes; x += 16) {
    v128.store(target + x, f32x4.sub(v128.load(upper + x), v128.load(lower + x)));
  }
}

/**
 * Columns from `first` to before `end` where the middle one of three layers is beyond `threshold` and no neighbour of the 26 is farther from zero
 * (ties count), as int32 into `out`. Of each layer the three rows around lie at `up`, `at` and `down` bytes from its pointer.
 * @returns how many there are.
 */
export function scanRow(
  before: usize,
  layer: usize,
  after: usize,
  up: usize,
  at: usize,
  down: usize,
  first: i32,
  end: i32,
  threshold: f32,
  out: usize,
): i32 {
  const over = f32x4.splat(threshold);
  const under = f32x4.splat(-threshold);
  let next = out;
  for (let x = first; x < end; x += 4) {
    const offset: usize = (<usize>x) << 2;
    const value = v128.load(layer + at + offset);
    const high = f32x4.gt(value, over);
    const low = f32x4.lt(value, under);
    if (!v128.any_true(v128.or(high, low))) continue;
    const u = up + offset;
    const m = at + offset;
    const d = down + offset;
    let found = v128.or(
      peaks(high, value, before, layer, after, u, m, d),
      pits(low, value, before, layer, after, u, m, d),
    );
    if (!v128.any_true(found)) continue;
    const lanes = i32x4.bitmask(found);
    for (let lane = 0; lane < min(4, end - x); lane++) {
      if (((lanes >> lane) & 1) == 0) continue;
      store<i32>(next, x + lane);
      next += 4;
    }
  }
  return <i32>((next - out) >> 2);
}

/** Those lanes of `among` whose value no neighbour exceeds. */
function peaks(
  among: v128,
  value: v128,
  before: usize,
  layer: usize,
  after: usize,
  u: usize,
  m: usize,
  d: usize,
): v128 {
  if (!v128.any_true(among)) return among;
  const sides = f32x4.pmax(v128.load(layer + m - 4), v128.load(layer + m, 4));
  const ring = f32x4.pmax(f32x4.pmax(largest(layer + u), largest(layer + d)), sides);
  const left = v128.and(among, f32x4.ge(value, ring));
  if (!v128.any_true(left)) return left;
  const lower = f32x4.pmax(f32x4.pmax(largest(before + u), largest(before + m)), largest(before + d));
  const upper = f32x4.pmax(f32x4.pmax(largest(after + u), largest(after + m)), largest(after + d));
  return v128.and(left, f32x4.ge(value, f32x4.pmax(lower, upper)));
}

/** Those lanes of `among` whose value no neighbour falls below. */
function pits(among: v128, value: v128, before: usize, layer: usize, after: usize, u: usize, m: usize, d: usize): v128 {
  if (!v128.any_true(among)) return among;
  const sides = f32x4.pmin(v128.load(layer + m - 4), v128.load(layer + m, 4));
  const ring = f32x4.pmin(f32x4.pmin(smallest(layer + u), smallest(layer + d)), sides);
  const left = v128.and(among, f32x4.le(value, ring));
  if (!v128.any_true(left)) return left;
  const lower = f32x4.pmin(f32x4.pmin(smallest(before + u), smallest(before + m)), smallest(before + d));
  const upper = f32x4.pmin(f32x4.pmin(smallest(after + u), smallest(after + m)), smallest(after + d));
  return v128.and(left, f32x4.le(value, f32x4.pmin(lower, upper)));
}

function largest(middle: usize): v128 {
  return f32x4.pmax(f32x4.pmax(v128.load(middle - 4), v128.load(middle, 4)), v128.load(middle));
}

function smallest(middle: usize): v128 {
  return f32x4.pmin(f32x4.pmin(v128.load(middle - 4), v128.load(middle, 4)), v128.load(middle));
}
