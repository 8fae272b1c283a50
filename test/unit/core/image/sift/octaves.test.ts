import { describe, expect, it } from 'vitest';
import { blurKernels } from '../../../../../src/core/image/sift/gaussian.js';
import { doubledOctave, halvedOctave, type Octave } from '../../../../../src/core/image/sift/octaves.js';
import { SIFT_DEFAULTS } from '../../../../../src/core/image/sift/parameters.js';
import { closeWorkspace, openWorkspace } from '../../../../../src/core/image/sift/workspace.js';
import { randomNumbers } from '../../../support/random.js';

/** A picture as rows of numbers. */
type Rows = readonly (readonly number[])[];

function result<Result>(steps: Generator<number, Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

function rowsOf({ pixels, first, step, stride, width, height }: Octave, picture: number): number[][] {
  return Array.from({ length: height }, (_, y) => {
    const start = first + picture * step + y * stride;
    return Array.from(pixels.subarray(start, start + width));
  });
}

const transposed = (rows: Rows): number[][] => (rows[0] ?? []).map((_, x) => rows.map((row) => row[x] ?? NaN));

/** The place that a walk from mirror to mirror reaches, step by step. */
function mirrored(at: number, length: number): number {
  if (length === 1) return 0;
  let place = at;
  while (place < 0 || place >= length) place = place < 0 ? -place : 2 * (length - 1) - place;
  return place;
}

function blurredRow(row: readonly number[], weights: Float32Array): number[] {
  const radius = weights.length >> 1;
  return row.map((_, x) =>
    weights.reduce((sum, w, i) => sum + w * (row[mirrored(x + i - radius, row.length)] ?? NaN), 0),
  );
}

const blurredRows = (rows: Rows, weights: Float32Array) => rows.map((row) => blurredRow(row, weights));
const blurred = (rows: Rows, weights: Float32Array) =>
  transposed(blurredRows(transposed(blurredRows(rows, weights)), weights));

/** A row of twice the length, by linear interpolation between the centres of pixels. */
function doubledRow(row: readonly number[]): number[] {
  return Array.from({ length: 2 * row.length }, (_, x) => {
    const place = Math.min(row.length - 1, Math.max(0, (x + 0.5) / 2 - 0.5));
    const [left, share] = [Math.floor(place), place % 1];
    return (1 - share) * (row[left] ?? NaN) + share * (row[Math.min(left + 1, row.length - 1)] ?? NaN);
  });
}

const doubled = (rows: Rows) => transposed(transposed(rows.map(doubledRow)).map(doubledRow));

function largestDifference(a: Rows, b: Rows): number {
  expect([a.length, a[0]?.length]).toEqual([b.length, b[0]?.length]);
  return Math.max(...a.flatMap((row, y) => row.map((value, x) => Math.abs(value - (b[y]?.[x] ?? NaN)))));
}

describe('octaves', () => {
  it.each([
    [1, 1],
    [2, 1],
    [1, 9],
    [5, 3],
    [8, 8],
    [17, 6],
    [33, 40],
  ])('agree with the plain formulas: %i x %i', (width, height) => {
    const next = randomNumbers(width * 100 + height);
    const data = Uint8Array.from({ length: width * height }, () => 256 * next());
    const workspace = openWorkspace(width, height, SIFT_DEFAULTS);
    const given = Array.from({ length: height }, (_, y) => Array.from(data.subarray(y * width, (y + 1) * width)));
    const { first, further } = workspace.blurs;

    const octave = result(doubledOctave(workspace, { data, width, height }));
    const expected = [blurred(doubled(given), first)];
    for (const weights of further) expected.push(blurred(expected.at(-1) ?? [], weights));
    expected.forEach((picture, i) => expect(largestDifference(rowsOf(octave, i), picture)).toBeLessThan(2e-4));

    const source = rowsOf(octave, 3);
    const halved = result(halvedOctave(workspace, octave));
    const expectedHalf = source.filter((_, y) => y % 2 === 0).map((row) => row.filter((_, x) => x % 2 === 0));
    expect(rowsOf(halved, 0)).toEqual(expectedHalf);
    expect([halved.index, halved.width, halved.height]).toEqual([1, width, height]);
    closeWorkspace(workspace);
  });
});

describe('blurKernels', () => {
  it('are as wide as OpenCV’s and add up to 1', () => {
    const { first, further } = blurKernels(SIFT_DEFAULTS);
    expect([first, ...further].map(({ length }) => length)).toEqual([11, 11, 13, 17, 21, 27]);
    for (const weights of [first, ...further]) {
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 6);
      expect(Array.from(weights)).toEqual(Array.from(weights).reverse());
    }
  });

  it('go on from a picture that is blurred enough already', () => {
    expect(blurKernels({ ...SIFT_DEFAULTS, sigma: 0.5 }).first).toHaveLength(3);
  });
});
