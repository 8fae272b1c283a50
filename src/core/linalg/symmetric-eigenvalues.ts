/** More than this many rotations for one eigenvalue are needed by nothing that is finite; two are usual. */
const MOST_ROTATIONS = 60;

/**
 * Eigenvalues of a symmetric matrix, descending: Householder tridiagonalisation, then implicit QL steps without vectors (tred2 and tql1 of
 * EISPACK, Martin, Reinsch and Wilkinson 1968).
 * @param matrix (size, size), of which the lower triangle is read; overwritten.
 * @throws Error when it does not converge, which only numbers that are not finite bring about.
 */
export function symmetricEigenvalues(matrix: Float64Array, size: number): Float64Array {
  const diagonal = new Float64Array(size);
  const beside = new Float64Array(size);
  tridiagonalise(matrix, size, diagonal, beside);
  diagonalise(diagonal, beside);
  return diagonal.sort().reverse();
}

/** `diagonal` and `beside` get the tridiagonal form; `beside[i]` stands between i - 1 and i. */
function tridiagonalise(a: Float64Array, size: number, diagonal: Float64Array, beside: Float64Array): void {
  const product = new Float64Array(size);
  for (let i = size - 1; i > 0; i--) {
    const row = a.subarray(i * size, i * size + i);
    const scale = row.reduce((sum, value) => sum + Math.abs(value), 0);
    if (i === 1 || scale === 0) {
      beside[i] = row[i - 1] ?? 0;
      continue;
    }
    let norm = 0;
    for (let k = 0; k < i; k++) {
      const value = (row[k] ?? 0) / scale;
      row[k] = value;
      norm += value * value;
    }
    const last = row[i - 1] ?? 0;
    const end = last >= 0 ? -Math.sqrt(norm) : Math.sqrt(norm);
    beside[i] = scale * end;
    norm -= last * end;
    row[i - 1] = last - end;
    reflect(a, size, i, row, product, norm);
  }
  for (let i = 0; i < size; i++) diagonal[i] = a[i * size + i] ?? 0;
}

/** A <- P A P of the leading block of `count` rows, P = I - v v^T / half; only the lower triangle is kept. */
function reflect(a: Float64Array, size: number, count: number, v: Float64Array, p: Float64Array, half: number): void {
  p.fill(0, 0, count);
  for (let j = 0; j < count; j++) {
    const line = a.subarray(j * size, j * size + j);
    const own = v[j] ?? 0;
    let sum = (a[j * size + j] ?? 0) * own;
    for (let k = 0; k < j; k++) {
      const value = line[k] ?? 0;
      sum += value * (v[k] ?? 0);
      p[k] = (p[k] ?? 0) + value * own;
    }
    p[j] = (p[j] ?? 0) + sum;
  }
  let shared = 0;
  for (let j = 0; j < count; j++) {
    const value = (p[j] ?? 0) / half;
    p[j] = value;
    shared += value * (v[j] ?? 0);
  }
  const factor = shared / (2 * half);
  for (let j = 0; j < count; j++) p[j] = (p[j] ?? 0) - factor * (v[j] ?? 0);
  for (let j = 0; j < count; j++) {
    const line = a.subarray(j * size, j * size + j + 1);
    const [own, other] = [v[j] ?? 0, p[j] ?? 0];
    for (let k = 0; k <= j; k++) line[k] = (line[k] ?? 0) - own * (p[k] ?? 0) - other * (v[k] ?? 0);
  }
}

function diagonalise(d: Float64Array, beside: Float64Array): void {
  const size = d.length;
  const e = new Float64Array(size);
  e.set(beside.subarray(1));
  for (let first = 0; first < size; first++) {
    for (let rotations = 0; ; rotations++) {
      const last = endOfBlock(d, e, first);
      if (last === first) break;
      if (rotations === MOST_ROTATIONS) throw new Error('the eigenvalues do not converge');
      step(d, e, first, last);
    }
  }
}

/** The first place from `from` on behind which nothing but rounding stands beside the diagonal. */
function endOfBlock(d: Float64Array, e: Float64Array, from: number): number {
  let at = from;
  for (; at < d.length - 1; at++) {
    const around = Math.abs(d[at] ?? 0) + Math.abs(d[at + 1] ?? 0);
    if (Math.abs(e[at] ?? 0) <= Number.EPSILON * around) break;
  }
  return at;
}

/** One implicit QL step with Wilkinson's shift on a block of the tridiagonal matrix. */
function step(d: Float64Array, e: Float64Array, first: number, last: number): void {
  const top = d[first] ?? 0;
  const side = e[first] ?? 0;
  const ratio = ((d[first + 1] ?? 0) - top) / (2 * side);
  const root = Math.hypot(ratio, 1);
  let g = (d[last] ?? 0) - top + side / (ratio + (ratio >= 0 ? root : -root));
  let [sine, cosine, shift] = [1, 1, 0];
  for (let i = last - 1; i >= first; i--) {
    const f = sine * (e[i] ?? 0);
    const b = cosine * (e[i] ?? 0);
    const length = Math.hypot(f, g);
    e[i + 1] = length;
    if (length === 0) {
      d[i + 1] = (d[i + 1] ?? 0) - shift;
      e[last] = 0;
      return;
    }
    sine = f / length;
    cosine = g / length;
    g = (d[i + 1] ?? 0) - shift;
    const r = ((d[i] ?? 0) - g) * sine + 2 * cosine * b;
    shift = sine * r;
    d[i + 1] = g + shift;
    g = cosine * r - b;
  }
  d[first] = (d[first] ?? 0) - shift;
  e[first] = g;
  e[last] = 0;
}
