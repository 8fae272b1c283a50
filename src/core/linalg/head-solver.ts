import { Arena, type Kernels, loadKernels } from './kernels/kernels.js';

/** Query and key matrix of one head, (rows, columns) = (head size, width), row by row. */
export interface HeadMatrices {
  readonly query: Float64Array;
  readonly key: Float64Array;
  readonly rows: number;
  readonly columns: number;
  /** Quantisation step of each entry where the matrices were stored with scales; null where the type alone says how finely. */
  readonly querySteps?: Float64Array | null;
  readonly keySteps?: Float64Array | null;
}

/** How the stored matrices become those of the basis, and how finely they were stored. */
export interface Preparation {
  /** Gains of the norm before attention, one a column; all 1 in the raw basis. */
  readonly gain: Float64Array;
  /** Whether to multiply by diag(gain) P (`centred`) or diag(gain) (`scaled`), or to leave W as it is. */
  readonly fold: 'centred' | 'scaled' | 'none';
  /** Squared spacing of the stored type for each of the 2048 binary exponents of a float64, of query and of key. */
  readonly querySpacing: Float64Array;
  readonly keySpacing: Float64Array;
}

/** B = W_q^T W_k decomposed, with what the analysis needs of W_q and W_k; arrays have `rows` elements. */
export interface Decomposition {
  /** Singular values, descending. */
  readonly sigma: Float64Array;
  /** u_n . v_n; arbitrary where sigma is zero. */
  readonly cos: Float64Array;
  /** ||W_q u_n||^2 and ||W_k v_n||^2. */
  readonly queryLength: Float64Array;
  readonly keyLength: Float64Array;
  /** trace(B) = <W_q, W_k>, without the decomposition. */
  readonly trace: number;
  /** ||B||_F^2 = <W_q W_q^T, W_k W_k^T>, without the decomposition. */
  readonly frobeniusSquared: number;
  /** trace(B B) = trace((W_k W_q^T)^2). */
  readonly traceOfSquare: number;
  /** Mean square of the rounding noise of the entries of W_q and W_k. */
  readonly queryNoise: number;
  readonly keyNoise: number;
  /** True when the well-conditioned way was not safe and QR was taken. */
  readonly usedQr: boolean;
}

/** Singular vectors as rows, (rows, columns), signed so that the entry of u with the largest magnitude is positive. */
export interface SingularVectors {
  readonly u: Float64Array;
  readonly v: Float64Array;
}

/**
 * Largest condition number of W W^T for which its Cholesky factor serves in place of the R of a QR: errors of the directions stay near 1e6 times
 * the rounding unit, 2e-10, below every tolerance in use.
 */
const CONDITION_LIMIT = 1e6;

interface Layout {
  readonly rows: number;
  readonly columns: number;
  readonly stride: number;
  readonly small: number;
  readonly query: number;
  readonly key: number;
  readonly gain: number;
  readonly spacing: number;
  readonly lowerQuery: number;
  readonly lowerKey: number;
  readonly crossed: number;
  readonly compared: number;
  readonly core: number;
  readonly left: number;
  readonly right: number;
  readonly scratch: number;
  readonly scratch2: number;
  readonly values: number;
  readonly work: number;
}

/**
 * Decomposes heads one after the other in memory of its own.
 *
 * Only k x k matrices are decomposed: with W_q^T = Q_q L_q^T and W_k^T = Q_k L_k^T, B = Q_q (L_q^T L_k) Q_k^T, and all cosines follow from the
 * small matrix H = Q_q^T Q_k. L comes from a Cholesky factor of W W^T, with Q never formed, while the condition allows it (for 64 x 768
 * 3.4 ms a head), else from Householder QR (12 ms).
 */
export class HeadSolver {
  private readonly kernels: Kernels = loadKernels();
  private readonly arena = new Arena(this.kernels);
  private layout: Layout | null = null;

  /** Decomposition of one head; null when the matrices are not finite. */
  solve(head: HeadMatrices, preparation: Preparation): Decomposition | null {
    return this.run(head, preparation, false);
  }

  /** Decomposition and singular vectors of one head, always by QR; null when the matrices are not finite. */
  solveWithVectors(
    head: HeadMatrices,
    preparation: Preparation,
  ): { decomposition: Decomposition; vectors: SingularVectors } | null {
    const decomposition = this.run(head, preparation, true);
    return decomposition === null || this.layout === null
      ? null
      : { decomposition, vectors: this.vectors(this.layout) };
  }

  private run(head: HeadMatrices, preparation: Preparation, forceQr: boolean): Decomposition | null {
    const at = this.place(head.rows, head.columns);
    const { kernels } = this;
    const { rows, columns, stride, small } = at;
    this.fill(at.query, head.query, at);
    this.fill(at.key, head.key, at);
    this.view(at.gain, columns).set(preparation.gain);
    const { gain } = preparation;
    const queryNoise = stepNoise(head.querySteps, gain) ?? this.noise(at, at.query, preparation.querySpacing);
    const keyNoise = stepNoise(head.keySteps, gain) ?? this.noise(at, at.key, preparation.keySpacing);
    if (preparation.fold !== 'none') {
      const centre = preparation.fold === 'centred';
      kernels.fold(at.query, rows, columns, stride, at.gain, centre);
      kernels.fold(at.key, rows, columns, stride, at.gain, centre);
    }
    kernels.multiplyTransposed(at.query, at.query, rows, rows, columns, stride, at.lowerQuery, small, true);
    kernels.multiplyTransposed(at.key, at.key, rows, rows, columns, stride, at.lowerKey, small, true);
    kernels.multiplyTransposed(at.key, at.query, rows, rows, columns, stride, at.crossed, small, false);
    const frobeniusSquared = kernels.dot(at.lowerQuery, at.lowerKey, rows * small);
    const traces = this.traces(at);
    if (!Number.isFinite(frobeniusSquared) || !Number.isFinite(traces.trace)) return null;

    const usedQr = forceQr || !this.compareByCholesky(at);
    if (usedQr) this.compareByQr(at);
    return { ...traces, ...this.spectrum(at), frobeniusSquared, queryNoise, keyNoise, usedQr };
  }

  /** L_q, L_k and H^T from Cholesky factors; false when they would be too inexact. */
  private compareByCholesky(at: Layout): boolean {
    const { kernels } = this;
    const { rows, small } = at;
    for (const [lower, inverse] of [
      [at.lowerQuery, at.scratch],
      [at.lowerKey, at.scratch2],
    ] as const) {
      let trace = 0;
      const view = this.view(lower, rows * small);
      for (let i = 0; i < rows; i++) trace += view[i * small + i] ?? 0;
      if (kernels.factorise(lower, rows, small) === 0) return false;
      kernels.invertLower(lower, rows, small, inverse);
      if (trace * kernels.squaredNorm(inverse, rows, rows, small) > CONDITION_LIMIT) return false;
    }
    kernels.multiplyTransposed(at.scratch, at.crossed, rows, rows, rows, small, at.core, small, false);
    kernels.multiplyTransposed(at.scratch2, at.core, rows, rows, rows, small, at.compared, small, false);
    return true;
  }

  /** L_q, L_k and H^T from Householder QR; afterwards `query` and `key` hold the rows of Q_q^T and Q_k^T. */
  private compareByQr(at: Layout): void {
    const { kernels } = this;
    const { rows, columns, stride, small } = at;
    kernels.orthogonalise(at.query, rows, columns, stride, at.lowerQuery, small, at.work);
    kernels.orthogonalise(at.key, rows, columns, stride, at.lowerKey, small, at.work);
    kernels.multiplyTransposed(at.key, at.query, rows, rows, columns, stride, at.compared, small, false);
  }

  private spectrum(at: Layout): Pick<Decomposition, 'sigma' | 'cos' | 'queryLength' | 'keyLength'> {
    const { kernels } = this;
    const { rows, small } = at;
    kernels.transpose(at.lowerQuery, rows, small, at.scratch);
    kernels.transpose(at.lowerKey, rows, small, at.scratch2);
    kernels.multiplyTransposed(at.scratch, at.scratch2, rows, rows, rows, small, at.core, small, false);
    if (kernels.decompose(at.core, rows, small, at.values, at.left, at.right, at.work) === 0) {
      throw new Error('the singular value decomposition did not converge');
    }
    kernels.multiplyTransposed(at.left, at.compared, rows, rows, rows, small, at.scratch, small, false);
    const cos = new Float64Array(rows);
    for (let n = 0; n < rows; n++) {
      const cosine = kernels.dot(at.scratch + n * small * 8, at.right + n * small * 8, rows);
      cos[n] = Math.max(-1, Math.min(1, cosine));
    }
    return {
      sigma: this.view(at.values, rows).slice(),
      cos,
      queryLength: this.lengths(at, at.left, at.lowerQuery),
      keyLength: this.lengths(at, at.right, at.lowerKey),
    };
  }

  /** ||L x_n||^2 for the rows x_n of `vectors`. */
  private lengths(at: Layout, vectors: number, lower: number): Float64Array {
    const { rows, small } = at;
    this.kernels.multiplyTransposed(vectors, lower, rows, rows, rows, small, at.scratch2, small, false);
    return Float64Array.from({ length: rows }, (_, n) => {
      const row = at.scratch2 + n * small * 8;
      return this.kernels.dot(row, row, rows);
    });
  }

  private traces(at: Layout): { trace: number; traceOfSquare: number } {
    const { rows, small } = at;
    const crossed = this.view(at.crossed, rows * small);
    let trace = 0;
    let traceOfSquare = 0;
    for (let i = 0; i < rows; i++) {
      trace += crossed[i * small + i] ?? 0;
      for (let j = 0; j < rows; j++) traceOfSquare += (crossed[i * small + j] ?? 0) * (crossed[j * small + i] ?? 0);
    }
    return { trace, traceOfSquare };
  }

  /** u_n = sum_i left[n][i] Q_q[i], and v_n likewise. */
  private vectors(at: Layout): SingularVectors {
    const { rows, columns, stride, small } = at;
    const combine = (weights: number, basis: number): Float64Array => {
      const weight = this.view(weights, rows * small);
      const vector = this.view(basis, rows * stride);
      const out = new Float64Array(rows * columns);
      for (let n = 0; n < rows; n++) {
        for (let i = 0; i < rows; i++) {
          const factor = weight[n * small + i] ?? 0;
          for (let j = 0; j < columns; j++) {
            out[n * columns + j] = (out[n * columns + j] ?? 0) + factor * (vector[i * stride + j] ?? 0);
          }
        }
      }
      return out;
    };
    const u = combine(at.left, at.query);
    const v = combine(at.right, at.key);
    for (let n = 0; n < rows; n++) {
      const row = u.subarray(n * columns, (n + 1) * columns);
      const largest = row.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
      if (largest >= 0) continue;
      for (const matrix of [row, v.subarray(n * columns, (n + 1) * columns)]) {
        for (let j = 0; j < columns; j++) matrix[j] = -(matrix[j] ?? 0);
      }
    }
    return { u, v };
  }

  private noise(at: Layout, matrix: number, spacing: Float64Array): number {
    const { rows, columns, stride } = at;
    this.view(at.spacing, spacing.length).set(spacing);
    const sum = this.kernels.roundingSum(matrix, rows, columns, stride, at.spacing, at.gain);
    return sum / (12 * rows * columns);
  }

  private fill(target: number, source: Float64Array, at: Layout): void {
    const { rows, columns, stride } = at;
    const view = this.view(target, rows * stride);
    if (stride === columns) view.set(source);
    else for (let i = 0; i < rows; i++) view.set(source.subarray(i * columns, (i + 1) * columns), i * stride);
  }

  private view(pointer: number, length: number): Float64Array<ArrayBuffer> {
    return new Float64Array(this.kernels.memory.buffer, pointer, length);
  }

  /** Memory for heads of this shape; kept from one head to the next. */
  private place(rows: number, columns: number): Layout {
    if (this.layout?.rows === rows && this.layout.columns === columns) return this.layout;
    const { arena } = this;
    arena.reset();
    const stride = columns + (columns & 1);
    const small = rows + (rows & 1);
    const square = () => arena.take(rows * small);
    this.layout = {
      rows,
      columns,
      stride,
      small,
      query: arena.take(rows * stride),
      key: arena.take(rows * stride),
      gain: arena.take(columns),
      spacing: arena.take(EXPONENTS),
      lowerQuery: square(),
      lowerKey: square(),
      crossed: square(),
      compared: square(),
      core: square(),
      left: square(),
      right: square(),
      scratch: square(),
      scratch2: square(),
      values: arena.take(rows),
      work: arena.take(4 * small),
    };
    return this.layout;
  }
}

/** Binary exponents of a float64, from subnormal to not finite. */
export const EXPONENTS = 2048;

/** Mean square of the rounding noise of a matrix that was stored with these steps; null without. */
function stepNoise(steps: Float64Array | null | undefined, gain: Float64Array): number | null {
  if (steps == null) return null;
  const columns = gain.length;
  let sum = 0;
  for (let i = 0; i < steps.length; i++) sum += ((steps[i] ?? 0) * (gain[i % columns] ?? 0)) ** 2;
  return sum / (12 * steps.length);
}
