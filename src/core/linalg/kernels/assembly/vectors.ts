// Operations on runs of float64 in linear memory, two at a time. Lengths count elements; pointers are bytes.

/** Sum of products of two runs. */
export function dot(a: usize, b: usize, length: i32): f64 {
  let first = f64x2.splat(0);
  let second = first;
  let i: usize = 0;
  const quads: usize = ((<usize>length) & ~3) << 3;
  for (; i < quads; i += 32) {
    first = f64x2.add(first, f64x2.mul(v128.load(a + i), v128.load(b + i)));
    second = f64x2.add(second, f64x2.mul(v128.load(a + i, 16), v128.load(b + i, 16)));
  }
  first = f64x2.add(first, second);
  let sum = f64x2.extract_lane(first, 0) + f64x2.extract_lane(first, 1);
  const end: usize = (<usize>length) << 3;
  for (; i < end; i += 8) sum += load<f64>(a + i) * load<f64>(b + i);
  return sum;
}

/** target += factor * source. */
export function addScaled(target: usize, factor: f64, source: usize, length: i32): void {
  const factors = f64x2.splat(factor);
  let i: usize = 0;
  const pairs: usize = ((<usize>length) & ~1) << 3;
  for (; i < pairs; i += 16) {
    v128.store(target + i, f64x2.add(v128.load(target + i), f64x2.mul(factors, v128.load(source + i))));
  }
  if (length & 1) store<f64>(target + i, load<f64>(target + i) + factor * load<f64>(source + i));
}

/** target *= factor. */
export function scale(target: usize, factor: f64, length: i32): void {
  const end: usize = (<usize>length) << 3;
  for (let i: usize = 0; i < end; i += 8) store<f64>(target + i, load<f64>(target + i) * factor);
}

/** (a, b) <- (c a + s b, c b - s a): a plane rotation of two rows. */
export function rotate(a: usize, b: usize, c: f64, s: f64, length: i32): void {
  const cosines = f64x2.splat(c);
  const sines = f64x2.splat(s);
  let i: usize = 0;
  const pairs: usize = ((<usize>length) & ~1) << 3;
  for (; i < pairs; i += 16) {
    const x = v128.load(a + i);
    const y = v128.load(b + i);
    v128.store(a + i, f64x2.add(f64x2.mul(cosines, x), f64x2.mul(sines, y)));
    v128.store(b + i, f64x2.sub(f64x2.mul(cosines, y), f64x2.mul(sines, x)));
  }
  if (length & 1) {
    const x = load<f64>(a + i);
    const y = load<f64>(b + i);
    store<f64>(a + i, c * x + s * y);
    store<f64>(b + i, c * y - s * x);
  }
}

/** Exchanges two runs. */
export function swap(a: usize, b: usize, length: i32): void {
  const end: usize = (<usize>length) << 3;
  for (let i: usize = 0; i < end; i += 8) {
    const x = load<f64>(a + i);
    store<f64>(a + i, load<f64>(b + i));
    store<f64>(b + i, x);
  }
}

/** Sets a run to zero. */
export function clear(target: usize, length: i32): void {
  memory.fill(target, 0, (<usize>length) << 3);
}
