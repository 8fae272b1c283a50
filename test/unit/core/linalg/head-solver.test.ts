import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { EXPONENTS, type HeadMatrices, HeadSolver, type Preparation } from '../../../../src/core/linalg/head-solver.js';
import { randomMatrix } from '../../support/random.js';

const solver = new HeadSolver();

function preparation(columns: number, fold: Preparation['fold'] = 'none', gain?: Float64Array): Preparation {
  const spacing = new Float64Array(EXPONENTS);
  return { gain: gain ?? new Float64Array(columns).fill(1), fold, querySpacing: spacing, keySpacing: spacing };
}

function head(rows: number, columns: number, seed: number): HeadMatrices {
  return { query: randomMatrix(rows * columns, seed), key: randomMatrix(rows * columns, seed + 1), rows, columns };
}

/** The published way: a full decomposition of the width x width product, by another library. */
function reference({ query, key, rows, columns }: HeadMatrices) {
  const q = Matrix.from1DArray(rows, columns, Array.from(query));
  const k = Matrix.from1DArray(rows, columns, Array.from(key));
  const product = q.transpose().mmul(k);
  const svd = new SingularValueDecomposition(product, { autoTranspose: true });
  const cos = Array.from({ length: rows }, (_, n) =>
    svd.leftSingularVectors.getColumnVector(n).dot(svd.rightSingularVectors.getColumnVector(n)),
  );
  return { product, sigma: svd.diagonal.slice(0, rows), cos };
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.max(...Array.from(a, (value, i) => Math.abs(value - (b[i] ?? NaN))));
}

describe('HeadSolver', () => {
  it.each([
    [1, 2],
    [2, 2],
    [3, 7],
    [8, 32],
    [16, 33],
    [21, 64],
    [64, 96],
  ])('agrees with a full decomposition of the product: %i x %i', (rows, columns) => {
    const matrices = head(rows, columns, rows * 100 + columns);
    const solved = solver.solve(matrices, preparation(columns));
    const expected = reference(matrices);
    const largest = expected.sigma[0] ?? 0;
    expect(largestDifference(solved?.sigma ?? [], expected.sigma)).toBeLessThan(1e-12 * largest);
    expect(largestDifference(solved?.cos ?? [], expected.cos)).toBeLessThan(1e-10);
    expect(solved?.trace).toBeCloseTo(expected.product.trace(), 10);
    expect(Math.sqrt(solved?.frobeniusSquared ?? 0)).toBeCloseTo(expected.product.norm(), 10);
    expect(solved?.traceOfSquare).toBeCloseTo(expected.product.mmul(expected.product).trace(), 9);
  });

  it('gives the same for both ways of factoring', () => {
    const matrices = head(64, 384, 5);
    const cholesky = solver.solve(matrices, preparation(384));
    const qr = solver.solveWithVectors(matrices, preparation(384))?.decomposition;
    expect(cholesky?.usedQr).toBe(false);
    expect(qr?.usedQr).toBe(true);
    expect(largestDifference(cholesky?.sigma ?? [], qr?.sigma ?? [])).toBeLessThan(1e-11 * (qr?.sigma[0] ?? 0));
    expect(largestDifference(cholesky?.cos ?? [], qr?.cos ?? [])).toBeLessThan(1e-10);
    expect(largestDifference(cholesky?.queryLength ?? [], qr?.queryLength ?? [])).toBeLessThan(1e-9);
    expect(largestDifference(cholesky?.keyLength ?? [], qr?.keyLength ?? [])).toBeLessThan(1e-9);
  });

  it('falls back to QR where the weights are badly conditioned, and keeps its accuracy', () => {
    const matrices = head(16, 48, 9);
    for (let row = 0; row < 16; row++) {
      const factor = 10 ** (-row / 2);
      for (let column = 0; column < 48; column++) {
        const at = row * 48 + column;
        matrices.query[at] = (matrices.query[at] ?? 0) * factor + (row > 0 ? (matrices.query[column] ?? 0) : 0);
      }
    }
    const solved = solver.solve(matrices, preparation(48));
    const expected = reference(matrices);
    expect(solved?.usedQr).toBe(true);
    expect(largestDifference(solved?.sigma ?? [], expected.sigma)).toBeLessThan(1e-12 * (expected.sigma[0] ?? 0));
  });

  it('takes matrices of lower rank and of zeros', () => {
    const matrices = head(8, 12, 11);
    matrices.key.copyWithin(12, 0, 12);
    const solved = solver.solve(matrices, preparation(12));
    expect(solved?.usedQr).toBe(true);
    expect(solved?.sigma[7]).toBeLessThan(1e-12);
    expect(solved?.sigma[6]).toBeGreaterThan(1e-3);
    const zero = { ...head(4, 8, 1), key: new Float64Array(32) };
    expect(Array.from(solver.solve(zero, preparation(8))?.sigma ?? [])).toEqual([0, 0, 0, 0]);
  });

  it('gives nothing for weights that are not finite', () => {
    for (const value of [NaN, Infinity, -Infinity]) {
      const matrices = head(4, 8, 3);
      matrices.query[5] = value;
      expect(solver.solve(matrices, preparation(8))).toBeNull();
    }
  });

  it('does not change when the basis of the head is changed', () => {
    const { query, key, rows, columns } = head(8, 40, 21);
    const change = Matrix.from1DArray(rows, rows, Array.from(randomMatrix(rows * rows, 22)));
    const inverse = new SingularValueDecomposition(change).inverse().transpose();
    const turn = (by: Matrix, w: Float64Array) =>
      Float64Array.from(by.mmul(Matrix.from1DArray(rows, columns, Array.from(w))).to1DArray());
    const before = solver.solve({ query, key, rows, columns }, preparation(columns));
    const after = solver.solve(
      { query: turn(change, query), key: turn(inverse, key), rows, columns },
      preparation(columns),
    );
    expect(largestDifference(before?.sigma ?? [], after?.sigma ?? [])).toBeLessThan(1e-10);
    expect(largestDifference(before?.cos ?? [], after?.cos ?? [])).toBeLessThan(1e-9);
  });

  it('folds the norm: centred for layer norm, scaled for RMS norm', () => {
    const matrices = head(4, 10, 31);
    const gain = randomMatrix(10, 33);
    for (const fold of ['centred', 'scaled'] as const) {
      const folded = (w: Float64Array) => {
        const scaled = w.map((value, i) => value * (gain[i % 10] ?? 0));
        if (fold === 'scaled') return scaled;
        return scaled.map((value, i) => {
          const row = scaled.subarray(Math.floor(i / 10) * 10, Math.floor(i / 10) * 10 + 10);
          return value - row.reduce((sum, x) => sum + x, 0) / 10;
        });
      };
      const expected = reference({ ...matrices, query: folded(matrices.query), key: folded(matrices.key) });
      const solved = solver.solve(matrices, preparation(10, fold, gain));
      expect(largestDifference(solved?.sigma ?? [], expected.sigma)).toBeLessThan(1e-12);
      expect(largestDifference(solved?.cos ?? [], expected.cos)).toBeLessThan(1e-10);
    }
  });

  it('gives singular vectors that rebuild the product, signed by the largest entry of u', () => {
    const matrices = head(6, 15, 41);
    const { vectors, decomposition } = solver.solveWithVectors(matrices, preparation(15)) ?? {};
    const { product } = reference(matrices);
    let largest = 0;
    for (let i = 0; i < 15; i++) {
      for (let j = 0; j < 15; j++) {
        let sum = 0;
        for (let n = 0; n < 6; n++) {
          sum += (decomposition?.sigma[n] ?? 0) * (vectors?.u[n * 15 + i] ?? 0) * (vectors?.v[n * 15 + j] ?? 0);
        }
        largest = Math.max(largest, Math.abs(sum - product.get(i, j)));
      }
    }
    expect(largest).toBeLessThan(1e-12);
    for (let n = 0; n < 6; n++) {
      const row = Array.from(vectors?.u.subarray(n * 15, n * 15 + 15) ?? []);
      expect(Math.max(...row)).toBe(Math.max(...row.map(Math.abs)));
    }
  });

  it('measures the rounding noise of the stored type', () => {
    const matrices = head(3, 5, 51);
    const querySpacing = new Float64Array(EXPONENTS).map((_, exponent) => (2 ** (exponent - 1023 - 10)) ** 2);
    const noise = solver.solve(matrices, { ...preparation(5), querySpacing })?.queryNoise;
    const expected = matrices.query.reduce((sum, w) => sum + 2 ** (2 * (Math.floor(Math.log2(Math.abs(w))) - 10)), 0);
    expect(noise).toBeCloseTo(expected / 12 / 15, 15);
  });
});
