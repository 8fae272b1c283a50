import { accumulate } from './orthogonal';
import { addScaled, clear, dot, rotate, scale, swap } from './vectors';

const EPSILON: f64 = 2.220446049250313e-16;
const TINY: f64 = 1.6033346880071782e-291; // 2^-966: keeps the tests below from comparing denormals
const SWEEPS_PER_VALUE: i32 = 60; // two are usual; beyond this the input is not finite

function at(base: usize, i: i32): usize {
  return base + ((<usize>i) << 3);
}

/**
 * Singular value decomposition of a square matrix, A = sum_n values[n] * left[n]^T right[n] with values descending.
 * Householder bidiagonalisation, then implicit QR steps (Golub and Reinsch 1970, in the form of LINPACK dsvdc); singular vectors are rows, so
 * that each rotation runs along memory. `a` is overwritten; `work` holds 4 * size elements.
 * @returns false when it does not converge.
 */
export function decompose(
  a: usize,
  size: i32,
  stride: i32,
  values: usize,
  left: usize,
  right: usize,
  work: usize,
): bool {
  const super_ = work;
  const leftFactors = at(work, size);
  const rightFactors = at(work, 2 * size);
  const temporary = at(work, 3 * size);
  bidiagonalise(a, size, stride, values, super_, left, leftFactors, right, rightFactors, temporary);
  accumulate(left, size, size, stride, leftFactors);
  accumulate(right, size, size, stride, rightFactors);
  if (!diagonalise(size, stride, values, super_, left, right)) return false;
  order(size, stride, values, left, right);
  return true;
}

/** Reflection that takes `vector` to a multiple of the first axis: overwrites it with v, stores 2 / |v|^2, gives the multiple. */
function reflect(vector: usize, length: i32, factor: usize): f64 {
  const norm = Math.sqrt(dot(vector, vector, length));
  const head = load<f64>(vector);
  if (!(norm > 0)) {
    store<f64>(factor, 0);
    return head;
  }
  const end = head > 0 ? -norm : norm;
  store<f64>(vector, head - end);
  store<f64>(factor, 1 / (norm * (norm + Math.abs(head))));
  return end;
}

function bidiagonalise(
  a: usize,
  size: i32,
  stride: i32,
  diagonal: usize,
  super_: usize,
  left: usize,
  leftFactors: usize,
  right: usize,
  rightFactors: usize,
  temporary: usize,
): void {
  clear(right, stride);
  store<f64>(rightFactors, 0);
  for (let j = 0; j < size; j++) {
    const below = size - j;
    const beside = below - 1;
    const row = at(a, j * stride);
    const u = at(left, j * stride + j);
    for (let i = 0; i < below; i++) store<f64>(at(u, i), load<f64>(at(a, (j + i) * stride + j)));
    store<f64>(at(diagonal, j), reflect(u, below, at(leftFactors, j)));
    store<f64>(at(super_, j), 0);
    if (beside == 0) break;
    const leftFactor = load<f64>(at(leftFactors, j));
    clear(temporary, beside);
    for (let i = 0; i < below; i++) addScaled(temporary, load<f64>(at(u, i)), at(a, (j + i) * stride + j + 1), beside);
    for (let i = 0; i < below; i++) {
      addScaled(at(a, (j + i) * stride + j + 1), -leftFactor * load<f64>(at(u, i)), temporary, beside);
    }
    const v = at(right, (j + 1) * stride + j + 1);
    memory.copy(v, at(row, j + 1), (<usize>beside) << 3);
    store<f64>(at(super_, j), reflect(v, beside, at(rightFactors, j + 1)));
    const rightFactor = load<f64>(at(rightFactors, j + 1));
    for (let i = 1; i < below; i++) {
      const other = at(a, (j + i) * stride + j + 1);
      addScaled(other, -rightFactor * dot(v, other, beside), v, beside);
    }
  }
}

/** Implicit QR steps until the part above the diagonal is gone. */
function diagonalise(size: i32, stride: i32, d: usize, e: usize, left: usize, right: usize): bool {
  let last = size - 1;
  let sweeps = 0;
  while (last >= 0) {
    let first = last - 1;
    for (; first >= 0; first--) {
      const limit = TINY + EPSILON * (Math.abs(load<f64>(at(d, first))) + Math.abs(load<f64>(at(d, first + 1))));
      if (Math.abs(load<f64>(at(e, first))) <= limit) {
        store<f64>(at(e, first), 0);
        break;
      }
    }
    first++;
    if (first == last) {
      last--;
      sweeps = 0;
      continue;
    }
    const zero = negligible(first, last, d, e);
    if (zero == last) chaseUp(first, last, stride, d, e, right);
    else if (zero >= 0) chaseDown(zero, last, stride, d, e, left);
    else {
      if (++sweeps > SWEEPS_PER_VALUE) return false;
      step(first, last, stride, d, e, left, right);
    }
  }
  for (let i = 0; i < size; i++) {
    if (load<f64>(at(d, i)) < 0) {
      store<f64>(at(d, i), -load<f64>(at(d, i)));
      scale(at(right, i * stride), -1, size);
    }
  }
  return true;
}

/** Index of a diagonal entry within first..last that is zero to rounding, or -1. */
function negligible(first: i32, last: i32, d: usize, e: usize): i32 {
  for (let i = last; i >= first; i--) {
    const above = i > first ? Math.abs(load<f64>(at(e, i - 1))) : 0;
    const beside = i < last ? Math.abs(load<f64>(at(e, i))) : 0;
    if (Math.abs(load<f64>(at(d, i))) <= TINY + EPSILON * (above + beside)) {
      store<f64>(at(d, i), 0);
      return i;
    }
  }
  return -1;
}

/** The last diagonal entry is zero: takes the entry above it away by rotations from the right. */
function chaseUp(first: i32, last: i32, stride: i32, d: usize, e: usize, right: usize): void {
  let f = load<f64>(at(e, last - 1));
  store<f64>(at(e, last - 1), 0);
  for (let j = last - 1; j >= first; j--) {
    const dj = load<f64>(at(d, j));
    const t = Math.hypot(dj, f);
    if (t == 0) return;
    const c = dj / t;
    const s = f / t;
    store<f64>(at(d, j), t);
    if (j > first) {
      const ej = load<f64>(at(e, j - 1));
      f = -s * ej;
      store<f64>(at(e, j - 1), c * ej);
    }
    rotate(at(right, j * stride), at(right, last * stride), c, s, stride);
  }
}

/** A diagonal entry in the middle is zero: takes the entry beside it away by rotations from the left. */
function chaseDown(zero: i32, last: i32, stride: i32, d: usize, e: usize, left: usize): void {
  let f = load<f64>(at(e, zero));
  store<f64>(at(e, zero), 0);
  for (let j = zero + 1; j <= last; j++) {
    const dj = load<f64>(at(d, j));
    const t = Math.hypot(dj, f);
    if (t == 0) return;
    const c = dj / t;
    const s = f / t;
    store<f64>(at(d, j), t);
    const ej = load<f64>(at(e, j));
    f = -s * ej;
    store<f64>(at(e, j), c * ej);
    rotate(at(left, j * stride), at(left, zero * stride), c, s, stride);
  }
}

/** One implicit QR step with the shift of the trailing 2 x 2. */
function step(first: i32, last: i32, stride: i32, d: usize, e: usize, left: usize, right: usize): void {
  const dLast = load<f64>(at(d, last));
  const dBefore = load<f64>(at(d, last - 1));
  const eBefore = load<f64>(at(e, last - 1));
  const dFirst = load<f64>(at(d, first));
  const eFirst = load<f64>(at(e, first));
  const unit = max(
    max(max(Math.abs(dLast), Math.abs(dBefore)), max(Math.abs(eBefore), Math.abs(dFirst))),
    Math.abs(eFirst),
  );
  const p = dLast / unit;
  const q = dBefore / unit;
  const r = eBefore / unit;
  const b = ((q + p) * (q - p) + r * r) / 2;
  const c2 = p * r * (p * r);
  let shift: f64 = 0;
  if (b != 0 || c2 != 0) {
    shift = Math.sqrt(b * b + c2);
    if (b < 0) shift = -shift;
    shift = c2 / (b + shift);
  }
  const g0 = dFirst / unit;
  let f = (g0 + p) * (g0 - p) + shift;
  let g = g0 * (eFirst / unit);
  for (let j = first; j < last; j++) {
    let t = Math.hypot(f, g);
    let c: f64 = t == 0 ? 1 : f / t;
    let s: f64 = t == 0 ? 0 : g / t;
    if (j > first) store<f64>(at(e, j - 1), t);
    let dj = load<f64>(at(d, j));
    let ej = load<f64>(at(e, j));
    let dNext = load<f64>(at(d, j + 1));
    f = c * dj + s * ej;
    ej = c * ej - s * dj;
    g = s * dNext;
    dNext = c * dNext;
    rotate(at(right, j * stride), at(right, (j + 1) * stride), c, s, stride);
    t = Math.hypot(f, g);
    c = t == 0 ? 1 : f / t;
    s = t == 0 ? 0 : g / t;
    store<f64>(at(d, j), t);
    f = c * ej + s * dNext;
    store<f64>(at(d, j + 1), c * dNext - s * ej);
    store<f64>(at(e, j), 0);
    if (j + 1 < last) {
      const eNext = load<f64>(at(e, j + 1));
      g = s * eNext;
      store<f64>(at(e, j + 1), c * eNext);
    }
    rotate(at(left, j * stride), at(left, (j + 1) * stride), c, s, stride);
  }
  store<f64>(at(e, last - 1), f);
}

/** Sorts the triples by descending value. */
function order(size: i32, stride: i32, values: usize, left: usize, right: usize): void {
  for (let i = 0; i < size - 1; i++) {
    let largest = i;
    for (let j = i + 1; j < size; j++) if (load<f64>(at(values, j)) > load<f64>(at(values, largest))) largest = j;
    if (largest == i) continue;
    swap(at(values, i), at(values, largest), 1);
    swap(at(left, i * stride), at(left, largest * stride), size);
    swap(at(right, i * stride), at(right, largest * stride), size);
  }
}
