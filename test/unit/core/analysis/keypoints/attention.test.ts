import { describe, expect, it } from 'vitest';
import { concentration } from '../../../../../src/core/analysis/keypoints/concentration.js';
import { KeypointAnalysis } from '../../../../../src/core/analysis/keypoints/keypoint-analysis.js';
import { significant, significantHeads } from '../../../../../src/core/analysis/keypoints/significance.js';
import type { Grid } from '../../../../../src/core/analysis/keypoints/torus.js';
import { randomNumbers } from '../../../support/random.js';
import { HEADS, headOf, networkAttention, PICTURES, tokensOf } from '../image/reference.js';
import { attention, keysOf, queriesOf } from '../../../../../src/core/analysis/image/attention.js';
import { Products } from '../../../../../src/core/analysis/image/products.js';
import { expectWithin, keypointFigures, randomAttention, siftGolden } from './reference.js';

const GRID: Grid = [16, 16];
const EIGHT_DIGITS = 5.1e-8;

/** Concentration by values, as the analysis takes it. */
const given = (grid: Grid, values: Float64Array) => ({ kind: 'scale', grid, values, places: 1 }) as const;

/** The figures by their formulas, sum by sum. */
function bruteForce(matrix: Float32Array, prefix: number, [rows, columns]: Grid, c: Float64Array) {
  const patches = rows * columns;
  const count = prefix + patches;
  const at = (i: number, j: number) => (i === j ? 0 : (matrix[(prefix + i) * count + prefix + j] ?? NaN));
  const sums = Array.from({ length: patches }, (_, i) => {
    let sum = 0;
    for (let j = 0; j < patches; j++) sum += at(i, j);
    return sum;
  });
  const total = c.reduce((a, b) => a + b, 0);
  const value = (down: number, right: number): number => {
    let sum = 0;
    let spread = 0;
    const w = (i: number) => {
      const row = (Math.floor(i / columns) - down + rows) % rows;
      const column = ((i % columns) - right + columns) % columns;
      return (c[row * columns + column] ?? NaN) / total;
    };
    for (let i = 0; i < patches; i++) {
      if (sums[i] === 0) continue;
      spread += w(i) * (1 - w(i));
      for (let j = 0; j < patches; j++) sum += (w(i) * at(i, j) * w(j)) / (sums[i] ?? NaN);
    }
    return ((patches - 1) * sum) / spread;
  };
  const shifts = Array.from({ length: patches - 1 }, (_, s) => value(Math.floor((s + 1) / columns), (s + 1) % columns));
  const w = value(0, 0);
  const nullMean = shifts.reduce((a, b) => a + b, 0) / shifts.length;
  const nullDeviation = Math.sqrt(shifts.reduce((a, b) => a + (b - nullMean) ** 2, 0) / shifts.length);
  const p = (1 + shifts.filter((other) => other >= w - 1e-12).length) / patches;
  let keySide = 0;
  let querySide = 0;
  for (let i = 0; i < patches; i++) {
    let entropy = 0;
    for (let j = 0; j < patches; j++) {
      const share = at(i, j) / (sums[i] ?? NaN);
      keySide += (share * (c[j] ?? NaN)) / total;
      if (share > 0) entropy -= share * Math.log(share);
    }
    querySide += ((c[i] ?? NaN) / total) * (entropy / Math.log(patches - 1));
  }
  return { w, nullMean, nullDeviation, p, keySide, querySide };
}

describe.each(PICTURES)('keypoint figures of %s', (picture) => {
  const golden = keypointFigures(picture);
  const analysisOf = (kind: 'scale' | 'count') =>
    new KeypointAnalysis(concentration(siftGolden(picture).keypoints, GRID, 14, kind));

  it.each(['scale', 'count'] as const)('has the interrelation and null of numpy, by %s', (kind) => {
    const analysis = analysisOf(kind);
    const expected = golden.interrelation[kind];
    for (let head = 0; head < HEADS; head++) {
      const found = analysis.head(networkAttention(picture, head), 1).interrelation;
      expectWithin(found?.w, expected.value[head] ?? NaN, EIGHT_DIGITS);
      expectWithin(found?.nullMean, expected.null_mean[head] ?? NaN, EIGHT_DIGITS);
      expectWithin(found?.nullDeviation, expected.null_deviation[head] ?? NaN, EIGHT_DIGITS);
      expect(found?.p).toBe(expected.p[head]);
    }
  });

  it('has the group shares of numpy', () => {
    const analysis = analysisOf('scale');
    expect(Array.from(analysis.groups)).toEqual(golden.group);
    for (let head = 0; head < HEADS; head++) {
      const { groupShare, groupRatio } = analysis.head(networkAttention(picture, head), 1);
      expect(golden.group_share[head]?.flat()).toHaveLength(16);
      golden.group_share[head]?.flat().forEach((expected, at) => {
        expectWithin(groupShare[at >> 2]?.[at & 3], expected, EIGHT_DIGITS);
      });
      golden.group_ratio[head]?.flat().forEach((expected, at) => {
        expectWithin(groupRatio[at >> 2]?.[at & 3], expected, EIGHT_DIGITS);
      });
    }
  });

  it('comes out of the tokens and weights within the precision of float32', () => {
    const analysis = analysisOf('scale');
    const products = new Products();
    const tokens = tokensOf(picture);
    for (let head = 0; head < HEADS; head++) {
      const weights = headOf(head);
      const queries = queriesOf(products, tokens, weights);
      const keys = keysOf(products, tokens, weights);
      const { rows: size, scale } = weights;
      const found = analysis.head(attention(products, { queries, keys, count: tokens.count, size, scale }), 1);
      expectWithin(found.interrelation?.w, golden.interrelation.scale.value[head] ?? NaN, 1e-4);
      expectWithin(found.interrelation?.nullDeviation, golden.interrelation.scale.null_deviation[head] ?? NaN, 1e-4);
    }
  });
});

describe('KeypointAnalysis', () => {
  it.each([
    [[3, 5], 1],
    [[4, 4], 0],
    [[1, 7], 2],
    [[6, 2], 5],
    [[1, 2], 1],
  ] as const)('agrees with the formulas summed one by one, on a grid of %j after %i prefix tokens', (grid, prefix) => {
    const patches = grid[0] * grid[1];
    const next = randomNumbers(patches);
    const c = Float64Array.from({ length: patches }, () => next() ** 3);
    const matrix = randomAttention(prefix + patches, 7 * patches);
    const expected = bruteForce(matrix, prefix, grid, c);
    const { interrelation, keySide, querySide } = new KeypointAnalysis(given(grid, c)).head(matrix, prefix);
    expect(interrelation?.p).toBe(expected.p);
    for (const figure of ['w', 'nullMean', 'nullDeviation'] as const) {
      expect(interrelation?.[figure]).toBeCloseTo(expected[figure], 11);
    }
    expect(keySide).toBeCloseTo(expected.keySide, 11);
    if (patches > 2) expect(querySide).toBeCloseTo(expected.querySide, 11);
    else expect(querySide).toBeNull();
  });

  it('gives 1 for even attention, wherever the keypoints are, and no deviation', () => {
    const even = new Float32Array(17 * 17).fill(1 / 17);
    const c = Float64Array.from({ length: 16 }, (_, i) => (i === 3 || i === 4 ? 1 : i === 9 ? 5 : 0));
    const found = new KeypointAnalysis(given([4, 4], c)).head(even, 1);
    expect(found.interrelation?.w).toBeCloseTo(1, 12);
    expect(found.interrelation?.p).toBe(1);
    expect(found.interrelation?.deviations).toBeNull();
    expect(found.keySide).toBeCloseTo(1, 12);
    expect(found.querySide).toBeCloseTo(1, 7);
    for (const ratio of found.groupRatio.flat()) if (ratio !== null) expect(ratio).toBeCloseTo(1, 12);
  });

  it('leaves patches out that attend to no other patch, and even attention still gives 1', () => {
    const matrix = new Float32Array(17 * 17).fill(1 / 17);
    matrix.fill(0, 5 * 17, 6 * 17);
    matrix[5 * 17] = 1;
    const c = Float64Array.from({ length: 16 }, (_, i) => i % 5);
    const found = new KeypointAnalysis(given([4, 4], c)).head(matrix, 1);
    expect(found.silent).toBe(1);
    expect(found.interrelation?.w).toBeCloseTo(1, 12);
    expect(found.interrelation?.nullMean).toBeCloseTo(1, 12);
    expect(found.keySide).toBeCloseTo(1, 12);
    const random = randomAttention(17, 3);
    random.set(matrix.subarray(5 * 17, 6 * 17), 5 * 17);
    const expected = bruteForce(random, 1, [4, 4], c);
    expect(new KeypointAnalysis(given([4, 4], c)).head(random, 1).interrelation?.w).toBeCloseTo(expected.w, 11);
  });

  it('has no interrelation without keypoints, or with all of them in one patch', () => {
    const matrix = randomAttention(17, 1);
    const none = new KeypointAnalysis(given([4, 4], new Float64Array(16))).head(matrix, 1);
    expect(none).toMatchObject({ interrelation: null, keySide: null, querySide: null });
    expect(none.groupShare).toEqual([[expect.closeTo(1, 12), 0, 0, 0], null, null, null]);
    const one = Float64Array.from({ length: 16 }, (_, i) => Number(i === 6));
    expect(new KeypointAnalysis(given([4, 4], one)).head(matrix, 1).interrelation).toBeNull();
    expect(new KeypointAnalysis(given([1, 1], Float64Array.of(1))).head(randomAttention(2, 2), 1)).toMatchObject({
      interrelation: null,
      querySide: null,
    });
  });
});

describe('significant', () => {
  it('keeps those below the largest p that is at most its part of the rate', () => {
    // Benjamini and Hochberg (1995), their example: the four smallest of fifteen.
    const p = [
      0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719, 0.6528, 0.759, 1,
    ];
    expect(significant(p, 0.05).filter(Boolean)).toHaveLength(4);
    expect(significant([0.04, 0.03, 0.05], 0.05)).toEqual([true, true, true]);
    expect(significant([0.06, null, 0.01], 0.05)).toEqual([false, false, true]);
    expect(significant([], 0.05)).toEqual([]);
    expect(
      significantHeads([
        [0.01, 0.3],
        [null, 0.02],
      ]),
    ).toEqual([
      { layer: 0, head: 0 },
      { layer: 1, head: 1 },
    ]);
  });
});
