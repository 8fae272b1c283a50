import { describe, expect, it } from 'vitest';
import { causalCheck } from '../../../../../src/core/analysis/keypoints/causal.js';
import {
  asParts,
  askingTokens,
  attendedBy,
  BackwardRelevance,
} from '../../../../../src/core/analysis/keypoints/relevance.js';
import { candidates, otherPlaces, spuriousCorrelation } from '../../../../../src/core/analysis/keypoints/spurious.js';
import { expectedOf, PICTURES } from '../image/reference.js';
import { expectWithin, keypointFigures, randomAttention } from './reference.js';

/** Patches from a drawing: `#` for 1. */
const drawn = (...rows: readonly string[]): Uint8Array => Uint8Array.from(rows.join(''), (c) => Number(c === '#'));

describe('spuriousCorrelation', () => {
  it.each(PICTURES)('agrees with numpy: %s', (picture) => {
    const { cls_attention: heads, spurious, concentration } = keypointFigures(picture);
    const mean = Float64Array.from({ length: 256 }, (_, j) => heads.reduce((all, head) => all + (head[j] ?? 0), 0));
    const relevance = asParts(mean) ?? new Float64Array();
    const object = Uint8Array.from(expectedOf(picture).patch_label, (label) => Number(label === 1));
    const found = spuriousCorrelation(relevance, Float64Array.from(concentration), object);
    // The inputs are stored with eight digits.
    expectWithin(found.offRatio, spurious.off_ratio, 1e-7);
    expectWithin(found.log2Lift, spurious.log2_lift, 1e-6);
  });

  it('has no figures for a mask that covers all or nothing, and no lift without keypoints off the object', () => {
    const r = Float64Array.of(0.25, 0.25, 0.5);
    const c = Float64Array.of(1, 0, 0);
    const none = { offRatio: null, log2Lift: null };
    expect(spuriousCorrelation(r, c, Uint8Array.of(1, 1, 1))).toEqual(none);
    expect(spuriousCorrelation(r, c, Uint8Array.of(0, 0, 0))).toEqual(none);
    expect(spuriousCorrelation(r, c, Uint8Array.of(1, 0, 0))).toEqual({ offRatio: 0.75 / (2 / 3), log2Lift: null });
    expect(spuriousCorrelation(r, new Float64Array(3), Uint8Array.of(1, 0, 0)).log2Lift).toBeNull();
  });
});

describe('candidates', () => {
  it('are connected off-object patches above the mean, by relevance times concentration', () => {
    const object = drawn('.....', '..#..', '.....');
    const r = Float64Array.of(0, 4, 4, 0, 1, 0, 0, 9, 0, 1, 3, 0, 0, 0, 1).map((value) => value / 23);
    const found = candidates(r, new Float64Array(15).fill(2), object, [3, 5]);
    expect(found.map(({ patches }) => patches)).toEqual([[1, 2], [10]]);
    expect(found[0]?.weight).toBeCloseTo(8 / 23, 12);
    // Patches that touch over the edge of a row are not side by side.
    const row = candidates(Float64Array.of(0, 0, 5, 5, 0, 0), new Float64Array(6).fill(1), new Uint8Array(6), [2, 3]);
    expect(row.map(({ patches }) => patches)).toEqual([[2], [3]]);
  });

  it('are none without keypoints', () => {
    expect(candidates(Float64Array.of(0.5, 0.5), new Float64Array(2), new Uint8Array(2), [1, 2])).toEqual([]);
  });
});

describe('otherPlaces', () => {
  it('keep the shape, stay on the picture and off the object', () => {
    const object = drawn('....', '#...');
    expect(otherPlaces([1, 2], object, [2, 4], 99)).toEqual([
      [0, 1],
      [2, 3],
      [5, 6],
      [6, 7],
    ]);
    expect(otherPlaces([1, 2], object, [2, 4], 2)).toEqual([
      [2, 3],
      [6, 7],
    ]);
    expect(otherPlaces([0, 1, 2, 3], object, [2, 4], 9)).toEqual([]);
  });
});

describe('causalCheck', () => {
  it('sets the effect beside what happens elsewhere', () => {
    expect(causalCheck(5, [1, 3, 1, 3])).toEqual({ effect: 5, band: [1, 3], z: 3, places: 4 });
    expect(causalCheck(5, [1])).toEqual({ effect: 5, band: [1, 1], z: null, places: 1 });
    expect(causalCheck(5, [])).toEqual({ effect: 5, band: null, z: null, places: 0 });
    expect(causalCheck(5, [2, 2])).toMatchObject({ z: null });
  });
});

describe('relevance', () => {
  it('is that of the class token, or the mean over the patches where there is none', () => {
    const matrix = randomAttention(5, 4);
    expect(Array.from(attendedBy(askingTokens(0, 1, 4), matrix))).toEqual(Array.from(matrix.subarray(0, 5)));
    const mean = attendedBy(askingTokens(null, 1, 4), matrix);
    for (let j = 0; j < 5; j++) {
      const column = [1, 2, 3, 4].map((i) => matrix[i * 5 + j] ?? NaN);
      expect(mean[j]).toBeCloseTo(column.reduce((a, b) => a + b, 0) / 4, 12);
    }
    expect(asParts(new Float64Array(3))).toBeNull();
    expect(asParts(Float64Array.of(1, 3))).toEqual(Float64Array.of(0.25, 0.75));
  });

  it('by attention is that of the last layer, by rollout the product of all (A + I) / 2', () => {
    const layers = [randomAttention(4, 1), randomAttention(4, 2), randomAttention(4, 3)];
    const relevance = new BackwardRelevance(1, 2, 2);
    expect(relevance.attention).toBeNull();
    for (const layer of layers) relevance.layer(layer);
    const last = asParts(Float64Array.from(layers[0]?.subarray(6, 8) ?? []));
    expect(relevance.attention).toEqual({ kind: 'attention', asker: 'class-token', values: last });
    let row = [0, 1, 0, 0];
    for (const layer of layers) {
      row = row.map((_, j) =>
        row.reduce((sum, part, i) => sum + part * (((layer[4 * i + j] ?? 0) + Number(i === j)) / 2), 0),
      );
    }
    const [, , third = NaN, fourth = NaN] = row;
    expect(relevance.rollout?.values[0]).toBeCloseTo(third / (third + fourth), 12);
  });
});
