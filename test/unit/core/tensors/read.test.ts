import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MatrixView } from '../../../../src/core/model/model.js';
import type { DType } from '../../../../src/core/tensors/dtype.js';
import { readMatrixSteps, readMatrixView, readVectorView } from '../../../../src/core/tensors/read.js';
import type { TensorEntry } from '../../../../src/core/tensors/tensor-index.js';
import { memorySource } from '../../support/memory-source.js';
import { problemOf } from '../../support/problem-of.js';

/** A file whose float32 numbers count up from 0, behind a header of odd length. */
const HEADER = 13;
const COUNT = 4_096;
const FILE = new Uint8Array(HEADER + 4 * COUNT);
FILE.set(new Uint8Array(Float32Array.from({ length: COUNT }, (_, i) => i).buffer), HEADER);

function entry(
  shape: readonly number[],
  strides: readonly number[] | null = null,
  first = 0,
  dtype: DType = 'F32',
): TensorEntry {
  const steps = strides ?? shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const length = shape.includes(0) ? 0 : shape.reduce((sum, size, axis) => sum + (size - 1) * (steps[axis] ?? 0), 1);
  return { name: 'w', dtype, shape, strides, file: 0, offset: HEADER + 4 * first, byteLength: 4 * length };
}

function view(tensor: TensorEntry, rows: number, columns: number, more: Partial<MatrixView> = {}): MatrixView {
  return { tensor, rowStart: 0, rows, columns, transposed: false, ...more };
}

async function read(matrix: MatrixView): Promise<number[]> {
  return [...(await readMatrixView(memorySource('m', FILE, 3), matrix))];
}

describe('readMatrixView', { timeout: 60_000 }, () => {
  it('reads rows of a matrix with one read of exactly their bytes', async () => {
    const source = memorySource('m', FILE, 5);
    const values = await readMatrixView(source, view(entry([100, 8]), 3, 8, { rowStart: 10 }));
    expect([...values]).toEqual(Array.from({ length: 24 }, (_, i) => 80 + i));
    expect(source.reads).toEqual([{ offset: HEADER + 4 * 80, length: 4 * 24 }]);
  });

  it('reads rows of the transpose from columns', async () => {
    expect(await read(view(entry([3, 4]), 2, 3, { rowStart: 1, transposed: true }))).toEqual([1, 5, 9, 2, 6, 10]);
  });

  it('reads columns that lie far apart without what is between them', async () => {
    const source = memorySource('m', FILE);
    const values = await readMatrixView(source, view(entry([4, 1_000]), 2, 4, { rowStart: 500, transposed: true }));
    expect([...values]).toEqual([500, 1_500, 2_500, 3_500, 501, 1_501, 2_501, 3_501]);
    expect(source.bytesRead).toBe(4 * 2 * 4);
  });

  it('folds more axes into rows, and drops axes of one', async () => {
    expect(await read(view(entry([2, 3, 4]), 6, 4, {}))).toEqual(Array.from({ length: 24 }, (_, i) => i));
    expect(await read(view(entry([2, 3, 4]), 12, 2, { transposed: true }))).toHaveLength(24);
    expect(await read(view(entry([2, 3, 1, 1], [1, 2, 9, 9]), 2, 3))).toEqual([0, 2, 4, 1, 3, 5]);
    expect(await read(view(entry([1, 3], [7, 2]), 1, 3))).toEqual([0, 2, 4]);
  });

  it('reads empty matrices, and nothing of the file for them', async () => {
    const source = memorySource('m', FILE);
    expect(await readMatrixView(source, view(entry([0, 4]), 0, 4))).toHaveLength(0);
    expect(source.reads).toEqual([]);
  });

  it('gives what strides say, for any strides, from any source', async () => {
    const axis = fc.record({ size: fc.integer({ min: 1, max: 6 }), step: fc.integer({ min: 0, max: 120 }) });
    await fc.assert(
      fc.asyncProperty(axis, axis, fc.nat(100), fc.boolean(), async (outer, inner, first, transposed) => {
        const tensor = entry([outer.size, inner.size], [outer.step, inner.step], first);
        const [rows, columns] = transposed ? [inner, outer] : [outer, inner];
        const expected = Array.from({ length: rows.size * columns.size }, (_, i) => {
          return first + Math.floor(i / columns.size) * rows.step + (i % columns.size) * columns.step;
        });
        expect(await read(view(tensor, rows.size, columns.size, { transposed }))).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['rows beyond the last', view(entry([4, 4]), 2, 4, { rowStart: 3 }), /has no 4 columns and rows 3 to 4/],
    ['rows before the first', view(entry([4, 4]), 2, 4, { rowStart: -1 }), /rows -1 to 0/],
    ['other columns', view(entry([4, 4]), 1, 3), /has no 3 columns/],
    ['three strided axes of another size', view(entry([2, 2, 2], [9, 3, 1]), 2, 3), /has no 3 columns/],
    ['complex numbers', view(entry([2, 2], null, 0, 'C64'), 2, 2), /complex/],
    [
      'one number repeated 2^40 times',
      view(entry([2 ** 20, 2 ** 20], [0, 0]), 2 ** 20, 2 ** 20),
      /more than 16 777 216 elements/,
    ],
  ])('refuses %s', async (_name, matrix, words) => {
    const problem = await problemOf(readMatrixView(memorySource('m', FILE), matrix));
    expect(problem.code).toBe('unsupported');
    expect(problem.problem).toMatch(words);
  });
});

describe('readVectorView', () => {
  it('reads a run of entries with one read', async () => {
    const source = memorySource('m', FILE, 1);
    expect([...(await readVectorView(source, { tensor: entry([30]), start: 20, length: 5 }))]).toEqual([
      20, 21, 22, 23, 24,
    ]);
    expect(source.bytesRead).toBe(20);
  });

  it('honours strides, and folds (1, n)', async () => {
    const source = memorySource('m', FILE);
    expect([...(await readVectorView(source, { tensor: entry([5], [3]), start: 1, length: 3 }))]).toEqual([3, 6, 9]);
    expect([...(await readVectorView(source, { tensor: entry([1, 5]), start: 1, length: 2 }))]).toEqual([1, 2]);
    expect([...(await readVectorView(source, { tensor: entry([1, 5], [9, 2]), start: 1, length: 2 }))]).toEqual([2, 4]);
  });
});

describe('whole numbers with scales', () => {
  const stored = Int8Array.from([-128, -1, 0, 1, 2, 127]);
  const tensor: TensorEntry = {
    name: 'q',
    dtype: 'I8',
    shape: [3, 2],
    strides: null,
    file: 0,
    offset: 0,
    byteLength: 6,
    quantisation: { axis: 0, scales: [0.5, 2, -4], zeroPoints: [0, 1, -1] },
  };
  const source = memorySource('m', new Uint8Array(stored.buffer));

  it('stand for (stored - zero point) x scale, one for each position along an axis', async () => {
    expect([...(await readMatrixView(source, view(tensor, 3, 2)))]).toEqual([-64, -0.5, -2, 0, -12, -512]);
    expect([...(await readMatrixView(source, view(tensor, 1, 2, { rowStart: 1 })))]).toEqual([-2, 0]);
    const columns = { axis: 1, scales: [1, 10], zeroPoints: [0, 0] };
    expect([...(await readMatrixView(source, view({ ...tensor, quantisation: columns }, 3, 2)))]).toEqual([
      -128, -10, 0, 10, 2, 1270,
    ]);
  });

  it('have the scale as the step between them', async () => {
    expect([...((await readMatrixSteps(source, view(tensor, 3, 2))) ?? [])]).toEqual([0.5, 0.5, 2, 2, 4, 4]);
    const one = { axis: 0, scales: [0.25], zeroPoints: [3] };
    const steps = await readMatrixSteps(source, view({ ...tensor, quantisation: one }, 3, 2));
    expect([...(steps ?? [])]).toEqual(Array(6).fill(0.25));
  });
});

describe('numbers in other orders', () => {
  it('turns round the bytes of big-endian numbers', async () => {
    const bytes = new Uint8Array(16);
    const numbers = new DataView(bytes.buffer);
    [1.5, -2, 3e10, 0].forEach((value, index) => numbers.setFloat32(index * 4, value, false));
    const tensor: TensorEntry = { ...entry([2, 2]), offset: 0, bigEndian: true };
    const values = await readMatrixView(memorySource('m', bytes), view(tensor, 2, 2));
    expect([...values]).toEqual([...Float32Array.from([1.5, -2, 3e10, 0])]);
  });

  it('gives three axes in any order row by row', async () => {
    // The first axis varies fastest: element (i, j, k) lies at i + 2 j + 6 k.
    const tensor = entry([2, 3, 4], [1, 2, 6]);
    const expected = [0, 1].flatMap((i) => [0, 1, 2].flatMap((j) => [0, 1, 2, 3].map((k) => i + 2 * j + 6 * k)));
    expect(await read(view(tensor, 6, 4))).toEqual(expected);
    const transposed = await read(view(tensor, 12, 2, { transposed: true }));
    expect(transposed.slice(0, 2)).toEqual([0, 1]);
  });
});
