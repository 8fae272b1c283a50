// Maps of two displacements at a time, one in each lane of the vectors: whatever the grid, nothing is left over at the ends of lines.

const VECTOR: usize = 16;

/** Bytes of a displacement: down, right, and whether its opposite is taken along, as int32. */
const DISPLACEMENT: usize = 12;

/**
 * Transforms of the maps w(k) w(k + d) of displacements d, two and two, (pairs, frequencies, rows) of pairs of real and imaginary vectors.
 * @param across table of `halfTransform` for a row of patches. @param down the same for a column.
 * @param work vectors: a map, four sums, a line of pairs, and half of a transform.
 * @param spectra zeros for what a last, single displacement is without.
 */
export function weigh(
  weights: usize,
  rows: i32,
  columns: i32,
  displacements: usize,
  count: i32,
  across: usize,
  down: usize,
  work: usize,
  spectra: usize,
): void {
  const size = spectrumSize(rows, columns);
  clear(work, rows, columns);
  for (let first = 0; first < count; first += 2) {
    const lanes = min(2, count - first);
    if (lanes === 1) clear(work, rows, columns);
    for (let lane = 0; lane < lanes; lane++) {
      const displacement = displacements + <usize>(first + lane) * DISPLACEMENT;
      weightMap(weights, rows, columns, displacement, work + ((<usize>lane) << 3));
    }
    transform(work, rows, columns, across, down, spectra + <usize>(first >> 1) * size);
  }
}

/**
 * Sum over displacements of the transform of At(i, i + d), with that of the opposite where it is taken along, times the conjugate of that of the weights:
 * (frequencies, rows) of pairs of real and imaginary vectors, whose two lanes are still to be added.
 * @param attention float32 of the first patch towards the first, rows `stride` bytes apart.
 * @param factors of the rows, float64, `factorStride` bytes apart.
 * @param spectrum of one pair of displacements. @param total gets the sum.
 */
export function correlate(
  attention: usize,
  stride: usize,
  factors: usize,
  factorStride: usize,
  rows: i32,
  columns: i32,
  displacements: usize,
  count: i32,
  across: usize,
  down: usize,
  work: usize,
  spectra: usize,
  spectrum: usize,
  total: usize,
): void {
  const size = spectrumSize(rows, columns);
  memory.fill(total, 0, size);
  clear(work, rows, columns);
  for (let first = 0; first < count; first += 2) {
    const lanes = min(2, count - first);
    for (let lane = 0; lane < lanes; lane++) {
      const displacement = displacements + <usize>(first + lane) * DISPLACEMENT;
      const map = work + ((<usize>lane) << 3);
      attentionMap(attention, stride, factors, factorStride, rows, columns, displacement, map);
    }
    transform(work, rows, columns, across, down, spectrum);
    addProduct(total, spectrum, spectra + <usize>(first >> 1) * size, size);
  }
}

function spectrumSize(rows: i32, columns: i32): usize {
  return <usize>(((columns >> 1) + 1) * rows) * 2 * VECTOR;
}

function clear(map: usize, rows: i32, columns: i32): void {
  memory.fill(map, 0, <usize>(rows * columns) * VECTOR);
}

function weightMap(weights: usize, rows: i32, columns: i32, displacement: usize, map: usize): void {
  const right = load<i32>(displacement, 4);
  let below = load<i32>(displacement);
  let at = map;
  let here = weights;
  for (let y = 0; y < rows; y++) {
    const there = weights + ((<usize>(below * columns)) << 3);
    let x = right;
    for (let n = 0; n < columns; n++) {
      store<f64>(at, load<f64>(here) * load<f64>(there + ((<usize>x) << 3)));
      at += VECTOR;
      here += 8;
      if (++x === columns) x = 0;
    }
    if (++below === rows) below = 0;
  }
}

function attentionMap(
  attention: usize,
  stride: usize,
  factors: usize,
  factorStride: usize,
  rows: i32,
  columns: i32,
  displacement: usize,
  map: usize,
): void {
  const right = load<i32>(displacement, 4);
  const paired = load<i32>(displacement, 8) !== 0;
  let below = load<i32>(displacement);
  let at = map;
  let i: usize = 0;
  for (let y = 0; y < rows; y++) {
    const first = <usize>(below * columns);
    let x = right;
    for (let n = 0; n < columns; n++) {
      const j = first + <usize>x;
      let share = <f64>load<f32>(attention + i * stride + (j << 2)) * load<f64>(factors + i * factorStride);
      if (paired) {
        share += <f64>load<f32>(attention + j * stride + (i << 2)) * load<f64>(factors + j * factorStride);
      }
      store<f64>(at, share);
      at += VECTOR;
      i++;
      if (++x === columns) x = 0;
    }
    if (++below === rows) below = 0;
  }
}

/** (frequencies, rows) of pairs of real and imaginary vectors, out of a map of (rows, columns). */
function transform(map: usize, rows: i32, columns: i32, across: usize, down: usize, out: usize): void {
  const sums = map + <usize>(rows * columns) * VECTOR;
  const line = sums + 4 * VECTOR;
  const half = line + <usize>(2 * max(rows, columns)) * VECTOR;
  const frequencies = (columns >> 1) + 1;
  const odd = (columns - 1) >> 1;
  // Two lines at a time share the numbers of the table; the last of an odd number of them goes with itself.
  for (let y = 0; y < rows; y += 2) {
    const second = min(y + 1, rows - 1);
    fold(map + <usize>(y * columns) * VECTOR, columns, VECTOR, line);
    fold(map + <usize>(second * columns) * VECTOR, columns, VECTOR, line + VECTOR);
    for (let f = 0; f < frequencies; f++) {
      const table = across + ((<usize>(f * columns)) << 3);
      const to = half + <usize>(f * rows * 2) * VECTOR;
      products(table, line, frequencies, sums);
      products(table + ((<usize>frequencies) << 3), line + <usize>frequencies * 2 * VECTOR, odd, sums + 2 * VECTOR);
      putLine(to + <usize>(y * 2) * VECTOR, sums);
      putLine(to + <usize>(second * 2) * VECTOR, sums + VECTOR);
    }
  }
  for (let f = 0; f < frequencies; f++) {
    const bytes = <usize>(f * rows * 2) * VECTOR;
    fold(half + bytes, rows, 2 * VECTOR, line);
    fold(half + bytes + VECTOR, rows, 2 * VECTOR, line + VECTOR);
    columnTransform(line, rows, down, sums, out + bytes);
  }
}

/** A cosine sum and, two vectors on, a sine sum as a complex number. */
function putLine(to: usize, sums: usize): void {
  v128.store(to, v128.load(sums));
  v128.store(to, f64x2.neg(v128.load(sums, 32)), 16);
}

/**
 * x(0), x(n) + x(size - n) ..., with the middle one by itself, and then x(n) - x(size - n) ...: what cosines and what sines are multiplied with.
 * Vectors are read `step` bytes apart, and written two vectors apart.
 */
function fold(from: usize, size: i32, step: usize, line: usize): void {
  const odd = (size - 1) >> 1;
  const even = (size >> 1) + 1;
  v128.store(line, v128.load(from));
  for (let n = 1; n <= odd; n++) {
    const a = v128.load(from + <usize>n * step);
    const b = v128.load(from + <usize>(size - n) * step);
    v128.store(line + <usize>n * 2 * VECTOR, f64x2.add(a, b));
    v128.store(line + <usize>(even + n - 1) * 2 * VECTOR, f64x2.sub(a, b));
  }
  if ((size & 1) === 0) {
    v128.store(line + <usize>(size >> 1) * 2 * VECTOR, v128.load(from + <usize>(size >> 1) * step));
  }
}

/** Transform of a folded column: frequencies g and rows - g have the same cosines, and sines of opposite sign. */
function columnTransform(line: usize, rows: i32, table: usize, sums: usize, out: usize): void {
  const even = (rows >> 1) + 1;
  const odd = (rows - 1) >> 1;
  for (let g = 0; g < even; g++) {
    const cosines = table + ((<usize>(g * rows)) << 3);
    products(cosines, line, even, sums);
    products(cosines + ((<usize>even) << 3), line + <usize>even * 2 * VECTOR, odd, sums + 2 * VECTOR);
    const real = v128.load(sums);
    const imaginary = v128.load(sums, 16);
    const turnedReal = v128.load(sums, 48);
    const turnedImaginary = v128.load(sums, 32);
    const to = out + <usize>(g * 2) * VECTOR;
    v128.store(to, f64x2.add(real, turnedReal));
    v128.store(to, f64x2.sub(imaginary, turnedImaginary), 16);
    if (g === 0 || 2 * g === rows) continue;
    const opposite = out + <usize>((rows - g) * 2) * VECTOR;
    v128.store(opposite, f64x2.sub(real, turnedReal));
    v128.store(opposite, f64x2.add(imaginary, turnedImaginary), 16);
  }
}

/** Sums of numbers times the first and times the second vector of as many pairs. */
function products(numbers: usize, pairs: usize, count: i32, out: usize): void {
  let a0 = f64x2.splat(0);
  let b0 = a0;
  let a1 = a0;
  let b1 = a0;
  let number = numbers;
  let at = pairs;
  const whole = numbers + ((<usize>(count & ~1)) << 3);
  for (; number < whole; number += 16) {
    const first = v128.load64_splat(number);
    const second = v128.load64_splat(number, 8);
    a0 = f64x2.add(a0, f64x2.mul(first, v128.load(at)));
    b0 = f64x2.add(b0, f64x2.mul(first, v128.load(at, 16)));
    a1 = f64x2.add(a1, f64x2.mul(second, v128.load(at, 32)));
    b1 = f64x2.add(b1, f64x2.mul(second, v128.load(at, 48)));
    at += 4 * VECTOR;
  }
  if (count & 1) {
    const last = v128.load64_splat(number);
    a0 = f64x2.add(a0, f64x2.mul(last, v128.load(at)));
    b0 = f64x2.add(b0, f64x2.mul(last, v128.load(at, 16)));
  }
  v128.store(out, f64x2.add(a0, a1));
  v128.store(out, f64x2.add(b0, b1), 16);
}

/** total += spectrum * conjugate(weights). */
function addProduct(total: usize, spectrum: usize, weights: usize, size: usize): void {
  for (let at: usize = 0; at < size; at += 2 * VECTOR) {
    const real = v128.load(spectrum + at);
    const imaginary = v128.load(spectrum + at, 16);
    const cosine = v128.load(weights + at);
    const sine = v128.load(weights + at, 16);
    const to = total + at;
    v128.store(to, f64x2.add(v128.load(to), f64x2.add(f64x2.mul(real, cosine), f64x2.mul(imaginary, sine))));
    v128.store(to, f64x2.add(v128.load(to, 16), f64x2.sub(f64x2.mul(imaginary, cosine), f64x2.mul(real, sine))), 16);
  }
}
