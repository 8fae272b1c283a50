import { Matrix, SingularValueDecomposition } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { headChange } from '../../../../src/core/analysis/head-change.js';
import type { HeadChange } from '../../../../src/core/analysis/figures.js';
import { EXPONENTS, HeadSolver } from '../../../../src/core/linalg/head-solver.js';
import { randomNumbers } from '../../support/random.js';

const solver = new HeadSolver();
const exact = new Float64Array(EXPONENTS);

interface Made {
  readonly rows: number;
  readonly columns: number;
  readonly query: Float64Array;
  readonly key: Float64Array;
  readonly queryAdded: Float64Array;
  readonly keyAdded: Float64Array;
}

/** A head with additions of this rank and size. */
function made(rows: number, columns: number, rank: number, size: number): Made {
  const next = randomNumbers(rows * 31 + rank);
  const random = (count: number): Float64Array => Float64Array.from({ length: count }, () => next() - 0.5);
  const lowRank = (): Float64Array => {
    const product = Matrix.from1DArray(rows, rank, [...random(rows * rank)]).mmul(
      Matrix.from1DArray(rank, columns, [...random(rank * columns)]),
    );
    return Float64Array.from(product.to1DArray(), (value) => value * size);
  };
  const add = (one: Float64Array, other: Float64Array) => one.map((value, i) => value + (other[i] ?? 0));
  const [queryAdded, keyAdded] = [lowRank(), lowRank()];
  const query = add(random(rows * columns), queryAdded);
  return { rows, columns, query, key: add(random(rows * columns), keyAdded), queryAdded, keyAdded };
}

function changeOf({ rows, columns, query, key, queryAdded, keyAdded }: Made, rank: number): HeadChange | null {
  const head = {
    merged: { query, key, rows, columns },
    query: { added: queryAdded, rank },
    key: { added: keyAdded, rank },
  };
  const gain = new Float64Array(columns).fill(1);
  const preparation = { gain, fold: 'none', querySpacing: exact, keySpacing: exact } as const;
  return headChange(head, preparation, columns, solver);
}

/** Singular values and cosines of W_q'^T dW_k + dW_q^T W_k, of full width. */
function direct({ rows, columns, query, key, queryAdded, keyAdded }: Made): { sigma: number[]; cos: number[] } {
  const matrix = (values: Float64Array): Matrix => Matrix.from1DArray(rows, columns, [...values]);
  const before = matrix(key).sub(matrix(keyAdded));
  const sum = matrix(query).transpose().mmul(matrix(keyAdded)).add(matrix(queryAdded).transpose().mmul(before));
  const svd = new SingularValueDecomposition(sum);
  const [u, v] = [svd.leftSingularVectors, svd.rightSingularVectors];
  const cos = svd.diagonal.map((_, n) => Matrix.columnVector(u.getColumn(n)).dot(Matrix.columnVector(v.getColumn(n))));
  return { sigma: svd.diagonal, cos };
}

describe('the change of a head', () => {
  it.each([
    ['of rank 2', 4, 12, 2, 1],
    ['of the rank of the head', 4, 12, 4, 1],
    ['with more rows than the tokens are wide', 5, 6, 5, 1],
    ['of a single head', 6, 6, 6, 1],
    ['that is tiny beside the weights', 4, 12, 2, 1e-8],
    ['that is tiny, of full rank', 4, 12, 4, 1e-8],
    ['that is far larger than the weights', 4, 12, 4, 100],
  ])('is that of the whole product: %s', (_, rows, columns, rank, size) => {
    const head = made(rows, columns, rank, size);
    const { sigma, cos } = direct(head);
    const change = changeOf(head, rank);
    const count = Math.min(2 * rank, columns);
    expect(change?.sigma).toHaveLength(count);
    for (let n = 0; n < count; n++) {
      expect(Math.abs((change?.sigma[n] ?? NaN) - (sigma[n] ?? 0))).toBeLessThanOrEqual(1e-9 * (sigma[0] ?? 0));
      // What is added is known to 1e-16 of the weights that it was added to.
      expect(Math.abs((change?.cos[n] ?? NaN) - (cos[n] ?? 0))).toBeLessThanOrEqual(1e-7);
    }
  });

  it('is none where nothing was added', () => {
    const head = made(4, 12, 2, 0);
    expect(changeOf(head, 2)).toMatchObject({ relativeFrobenius: 0, weighted: null, sigma: new Float64Array(0) });
    expect(changeOf(head, Infinity)?.sigma).toHaveLength(0);
  });

  it('has no figures where weights are not finite', () => {
    const head = made(4, 12, 2, 1);
    head.queryAdded[3] = NaN;
    expect(changeOf(head, 2)).toBeNull();
    expect(changeOf(head, 4)).toBeNull();
  });
});
