import { describe, expect, it } from 'vitest';
import {
  KAMIM_TEMPERATURE,
  lossWeights,
  MASK_DEFAULTS,
  maskedCount,
  maskProbabilities,
  sampleMask,
} from '../../../../../src/core/analysis/keypoints/guided-mask.js';
import { randomNumbers } from '../../../support/random.js';
import { expectWithin, siftGolden } from './reference.js';

const sum = (values: Iterable<number>): number => Array.from(values).reduce((all, value) => all + value, 0);

describe('maskProbabilities', () => {
  it.each(['coffee', 'chelsea', 'o3_colour', 'brick'])('agrees with numpy: %s', (name) => {
    for (const golden of Object.values(siftGolden(name).patches)) {
      const found = maskProbabilities(Float64Array.from(golden.scale), MASK_DEFAULTS);
      // The concentrations are stored with nine digits.
      golden.mask_probability.forEach((expected, at) => expectWithin(found[at], expected, 1e-8));
    }
  });

  it.each([
    [0.75, 0.5],
    [0.1, 0],
    [0.6, 1],
    [1, 0.3],
    [0, 0.3],
    [0.333, 0.9],
  ])('adds up to the ratio %f at strength %f, in both directions', (ratio, strength) => {
    const next = randomNumbers(5);
    const c = Float64Array.from({ length: 49 }, () => next() ** 6);
    for (const direction of ['rich', 'poor'] as const) {
      const found = maskProbabilities(c, { ratio, strength, direction });
      expect(sum(found)).toBeCloseTo(ratio * 49, 9);
      expect(found.every((p) => p >= 0 && p <= 1)).toBe(true);
      const order = Array.from(c.keys()).sort((a, b) => (c[a] ?? 0) - (c[b] ?? 0));
      const along = order.map((patch) => found[patch] ?? NaN);
      if (direction === 'poor') along.reverse();
      for (let i = 1; i < along.length; i++) expect(along[i]).toBeGreaterThanOrEqual((along[i - 1] ?? NaN) - 1e-12);
    }
  });

  it('is even where nothing guides', () => {
    for (const direction of ['rich', 'poor'] as const) {
      const even = maskProbabilities(new Float64Array(8), { ...MASK_DEFAULTS, direction });
      expect(Array.from(even)).toEqual(new Array(8).fill(0.75));
    }
    const same = maskProbabilities(new Float64Array(8).fill(3), { ratio: 0.5, strength: 1, direction: 'poor' });
    expect(Array.from(same)).toEqual(new Array(8).fill(0.5));
  });

  it('spreads evenly what the patches with keypoints leave over', () => {
    const c = Float64Array.of(5, 0, 0, 1, 0);
    const found = maskProbabilities(c, { ratio: 0.7, strength: 1, direction: 'rich' });
    expect(Array.from(found)).toEqual([1, 0.5, 0.5, 1, 0.5]);
  });

  it.each([
    [1.2, 0.5],
    [-0.1, 0.5],
    [0.5, NaN],
    [0.5, 1.5],
  ])('refuses a ratio of %f with a strength of %f', (ratio, strength) => {
    expect(() => maskProbabilities(new Float64Array(4), { ratio, strength, direction: 'rich' })).toThrow(RangeError);
  });
});

describe('sampleMask', () => {
  it('takes exactly as many patches as the ratio says, each with its chance', () => {
    const golden = siftGolden('coffee').patches['16'];
    const chances = Float64Array.from(golden?.mask_probability ?? []);
    expect(maskedCount(chances)).toBe(147);
    const random = randomNumbers(11);
    const draws = 4_000;
    const taken = new Float64Array(chances.length);
    for (let draw = 0; draw < draws; draw++) {
      const mask = sampleMask(chances, random);
      expect(sum(mask)).toBe(147);
      mask.forEach((value, patch) => (taken[patch] = (taken[patch] ?? 0) + value));
    }
    chances.forEach((chance, patch) => {
      // Five deviations of a binomial; certain patches are always taken.
      const deviation = Math.sqrt((chance * (1 - chance)) / draws);
      expect(Math.abs((taken[patch] ?? NaN) / draws - chance)).toBeLessThanOrEqual(5 * deviation + 1e-9);
    });
  });

  it('rounds where the ratio is no whole number of patches', () => {
    const random = randomNumbers(3);
    for (const [ratio, count] of [
      [0.3, 2],
      [0.36, 3],
      [0, 0],
      [1, 7],
    ] as const) {
      const chances = maskProbabilities(Float64Array.of(9, 1, 1, 0, 0, 3, 2), { ...MASK_DEFAULTS, ratio });
      for (let draw = 0; draw < 50; draw++) expect(sum(sampleMask(chances, random))).toBe(count);
    }
  });
});

describe('lossWeights', () => {
  it('are exp(density / T) over the least of them', () => {
    const weights = lossWeights(Float64Array.of(3, 1, 8), 4, KAMIM_TEMPERATURE);
    expect(weights[1]).toBe(1);
    expect(weights[0]).toBeCloseTo(Math.exp(2 / 16 / 0.25), 14);
    expect(weights[2]).toBeCloseTo(Math.exp(7 / 16 / 0.25), 14);
    expect(Array.from(lossWeights(new Float64Array(3), 4, KAMIM_TEMPERATURE))).toEqual([1, 1, 1]);
  });

  it.each([1e-6, 0, -1, NaN])('refuses a temperature of %f', (temperature) => {
    expect(() => lossWeights(Float64Array.of(0, 50), 2, temperature)).toThrow(RangeError);
  });
});
