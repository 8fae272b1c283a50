import { EigenvalueDecomposition, Matrix, SVD } from 'ml-matrix';
import { describe, expect, it } from 'vitest';
import { heatMap } from '../../../../../src/core/analysis/tensor/heat-map.js';
import type { TensorPlace } from '../../../../../src/core/analysis/tensor/rows.js';
import { tensorSpectrum } from '../../../../../src/core/analysis/tensor/spectrum.js';
import { tensorStatistics } from '../../../../../src/core/analysis/tensor/statistics.js';
import { symmetricEigenvalues } from '../../../../../src/core/linalg/symmetric-eigenvalues.js';
import { memorySource } from '../../../support/memory-source.js';
import { randomMatrix } from '../../../support/random.js';

/** A tensor of float64 that lies in memory. */
function place(values: readonly number[] | Float64Array, shape: readonly number[]): TensorPlace {
  const bytes = new Uint8Array(Float64Array.from(values).buffer);
  const tensor = { name: 'w', dtype: 'F64', shape, strides: null, file: 0, offset: 0 } as const;
  return { tensor: { ...tensor, byteLength: bytes.length }, source: memorySource('w.bin', bytes), others: null };
}

const statistics = (values: readonly number[], shape: readonly number[]) => tensorStatistics(place(values, shape));

describe('statistics of a tensor', () => {
  it('are those of its finite elements, with all others counted', async () => {
    const found = await statistics([0, 1, 2, 3, 4, NaN, Infinity, -Infinity, 0, 10], [2, 5]);
    expect(found).toMatchObject({ count: 10, notANumber: 1, infinite: 2, zeros: 2 });
    expect(found.finite).toMatchObject({ min: 0, max: 10, mean: 20 / 7 });
    expect(found.finite?.deviation).toBeCloseTo(Math.sqrt(130 / 7 - (20 / 7) ** 2), 12);
    expect(found.finite?.histogram.reduce((sum, count) => sum + count, 0)).toBe(7);
    expect(found.finite?.histogram.at(-1)).toBe(1);
  });

  it('keep their digits where the mean is far from 0, over several reads', async () => {
    const values = Array.from({ length: 5_000_000 }, (_, i) => 1e9 + (i % 2));
    const { finite } = await statistics(values, [5_000_000 / 50, 50]);
    expect(finite?.mean).toBeCloseTo(1e9 + 0.5, 6);
    expect(finite?.deviation).toBeCloseTo(0.5, 9);
  });

  it.each([
    ['no elements', [], [0, 4], null],
    ['nothing finite', [NaN, NaN], [2], null],
    ['a single number', [3], [], { min: 3, max: 3, mean: 3, deviation: 0, histogram: [1] }],
    ['the widest range', [-Number.MAX_VALUE, Number.MAX_VALUE], [2], { mean: 0 }],
  ])('hold for %s', async (_, values, shape, finite) => {
    const found = await statistics(values, shape);
    if (finite === null) expect(found.finite).toBeNull();
    else expect(found.finite).toMatchObject(finite);
  });
});

describe('the picture of a tensor', () => {
  const values = Array.from({ length: 6 * 8 }, (_, i) => i);

  it('shows every element where there is room', async () => {
    const map = await heatMap(place(values, [6, 8]), { row: 2, rows: 2, column: 3, columns: 4 }, 10);
    expect(Array.from(map.means)).toEqual([19, 20, 21, 22, 27, 28, 29, 30]);
    expect(map).toMatchObject({ rows: 2, columns: 4, largest: 30 });
  });

  it('shows means where there is not, and cuts the window to the tensor', async () => {
    const map = await heatMap(place(values, [2, 3, 8]), { row: -3, rows: 100, column: 0, columns: 100 }, 2);
    expect(map.window).toEqual({ row: 0, rows: 6, column: 0, columns: 8 });
    expect(Array.from(map.means)).toEqual([9.5, 13.5, 33.5, 37.5]);
  });

  it('leaves out what is not finite', async () => {
    const map = await heatMap(place([NaN, 2, NaN, Infinity], [2, 2]), { row: 0, rows: 2, column: 0, columns: 2 }, 1);
    expect(Array.from(map.means)).toEqual([2]);
  });
});

describe('the spectrum of a tensor', () => {
  it.each([
    [40, 90],
    [90, 40],
    [1, 7],
    [64, 64],
  ])('of %i x %i is that of ml-matrix', async (rows, columns) => {
    const values = randomMatrix(rows * columns, rows);
    const found = await tensorSpectrum(place(values, [rows, columns]));
    const table = Matrix.from1DArray(rows, columns, values);
    const expected = new SVD(rows < columns ? table.transpose() : table).diagonal;
    expect(found).toHaveLength(Math.min(rows, columns));
    found.forEach((value, n) => {
      expect(Math.abs(value - (expected[n] ?? NaN))).toBeLessThan(1e-7 * (expected[0] ?? 0));
    });
  });

  it('is refused for what is not finite or too large', async () => {
    await expect(tensorSpectrum(place([1, NaN], [1, 2]))).rejects.toMatchObject({ code: 'malformed' });
    const large = place([0], [1]);
    const tensor = { ...large.tensor, shape: [5000, 5000] };
    await expect(tensorSpectrum({ ...large, tensor })).rejects.toMatchObject({ code: 'limit' });
  });
});

describe('eigenvalues of a symmetric matrix', () => {
  it.each([1, 2, 3, 17, 60])('of %i rows are those of ml-matrix', (size) => {
    const some = Matrix.from1DArray(size, size, randomMatrix(size * size, size));
    const matrix = Matrix.add(some, some.transpose());
    const expected = new EigenvalueDecomposition(matrix).realEigenvalues.sort((a, b) => b - a);
    const found = symmetricEigenvalues(Float64Array.from(matrix.to1DArray()), size);
    found.forEach((value, n) => {
      expect(value).toBeCloseTo(expected[n] ?? NaN, 10);
    });
  });

  it('are known for diagonal, zero and repeated ones', () => {
    expect(Array.from(symmetricEigenvalues(Float64Array.of(1, 0, 0, 0, 3, 0, 0, 0, 2), 3))).toEqual([3, 2, 1]);
    expect(Array.from(symmetricEigenvalues(new Float64Array(16), 4))).toEqual([0, 0, 0, 0]);
    const ones = symmetricEigenvalues(new Float64Array(25).fill(1), 5);
    expect(ones[0]).toBeCloseTo(5, 12);
    for (const rest of ones.subarray(1)) expect(Math.abs(rest)).toBeLessThan(1e-14);
  });
});
