const BINS: i32 = 36;
const HISTOGRAM_BYTES: usize = 36 * 4;

/**
 * Histogram of the directions of the gradients in a window of a picture: 36 float32, each gradient with its length times the weights of its row and
 * column, smoothed cyclically by (1 4 6 4 1) / 16.
 *
 * `source` is the window's first pixel in a picture whose rows are `stride` bytes apart; the weights of columns go on with zeros up to a multiple of
 * four. `raw` has room for 36 + 4.
 */
export function gradientHistogram(
  source: usize,
  stride: usize,
  rows: i32,
  columns: i32,
  rowWeights: usize,
  columnWeights: usize,
  raw: usize,
  histogram: usize,
): void {
  const first = raw + 8;
  memory.fill(first, 0, HISTOGRAM_BYTES);
  for (let y = 0; y < rows; y++) {
    const weight = v128.load32_splat(rowWeights + ((<usize>y) << 2));
    for (let x = 0; x < columns; x += 4) {
      const offset: usize = (<usize>x) << 2;
      const at = source + offset;
      const dx = f32x4.sub(v128.load(at, 4), v128.load(at - 4));
      const dy = f32x4.sub(v128.load(at - stride), v128.load(at + stride));
      const length = f32x4.sqrt(f32x4.add(f32x4.mul(dx, dx), f32x4.mul(dy, dy)));
      const value = f32x4.mul(f32x4.mul(weight, v128.load(columnWeights + offset)), length);
      const bin = bins(dx, dy);
      add(first, i32x4.extract_lane(bin, 0), f32x4.extract_lane(value, 0));
      add(first, i32x4.extract_lane(bin, 1), f32x4.extract_lane(value, 1));
      add(first, i32x4.extract_lane(bin, 2), f32x4.extract_lane(value, 2));
      add(first, i32x4.extract_lane(bin, 3), f32x4.extract_lane(value, 3));
    }
    source += stride;
  }
  smooth(first, histogram);
}

/** Room for two elements lies on both sides of `raw`. */
function smooth(raw: usize, out: usize): void {
  const end = raw + HISTOGRAM_BYTES;
  store<u64>(raw - 8, load<u64>(end - 8));
  store<u64>(end, load<u64>(raw));
  const sixteenth = f32x4.splat(1.0 / 16.0);
  for (let i: usize = 0; i < HISTOGRAM_BYTES; i += 16) {
    const at = raw + i;
    const near = f32x4.add(v128.load(at - 4), v128.load(at, 4));
    const far = f32x4.add(v128.load(at - 8), v128.load(at, 8));
    const middle = f32x4.mul(v128.load(at), f32x4.splat(6));
    const sum = f32x4.add(f32x4.add(far, f32x4.mul(near, f32x4.splat(4))), middle);
    v128.store(out + i, f32x4.mul(sum, sixteenth));
  }
}

function add(histogram: usize, bin: i32, value: f32): void {
  const slot: i32 = bin < BINS ? bin : 0;
  const at = histogram + ((<usize>slot) << 2);
  store<f32>(at, load<f32>(at) + value);
}

/**
 * The nearest of 37 directions 10 degrees apart, the last being the first. By OpenCV's polynomial for the arctangent, which is off by up to 0.01
 * degrees: so the same gradients fall into the same bins.
 */
function bins(dx: v128, dy: v128): v128 {
  const zero = f32x4.splat(0);
  const ax = f32x4.abs(dx);
  const ay = f32x4.abs(dy);
  const least = f32x4.splat(<f32>2.220446049250313e-16);
  const ratio = f32x4.div(f32x4.pmin(ax, ay), f32x4.add(f32x4.pmax(ax, ay), least));
  const square = f32x4.mul(ratio, ratio);
  // In degrees: 180 / pi times -0.04432655, 0.15557865, -0.32580840, 0.99978784.
  let angle = f32x4.add(f32x4.mul(f32x4.splat(-2.5397246), square), f32x4.splat(8.914001));
  angle = f32x4.add(f32x4.mul(angle, square), f32x4.splat(-18.667446));
  angle = f32x4.add(f32x4.mul(angle, square), f32x4.splat(57.283627));
  angle = f32x4.mul(angle, ratio);
  angle = v128.bitselect(f32x4.sub(f32x4.splat(90), angle), angle, f32x4.lt(ax, ay));
  angle = v128.bitselect(f32x4.sub(f32x4.splat(180), angle), angle, f32x4.lt(dx, zero));
  angle = v128.bitselect(f32x4.sub(f32x4.splat(360), angle), angle, f32x4.lt(dy, zero));
  return i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(angle, f32x4.splat(0.1))));
}
