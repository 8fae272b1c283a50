import { expect, test } from 'vitest';
import { MASK_DEFAULTS } from '../../../src/core/analysis/keypoints/guided-mask.js';
import type { KeypointFigures } from '../../../src/protocol/image.js';
import {
  chancesHeat,
  chancesSentence,
  maskPreview,
  maskSentence,
  maskTip,
} from '../../../webview/app/tabs/guided-masking.js';

const figures = (concentration: readonly number[]): KeypointFigures => ({
  image: 1,
  keypoints: new Float32Array(),
  concentrationBy: 'scale',
  concentration: Float32Array.from(concentration),
  groups: new Int8Array(concentration.length),
});
const UNEVEN = figures([4, 0, 0, 0, 2, 0, 0, 0]);

test('a seed draws the same mask again, of as many patches as every mask has', () => {
  const preview = maskPreview(UNEVEN, { ...MASK_DEFAULTS, ratio: 0.5 }, 3);
  expect(maskPreview(UNEVEN, { ...MASK_DEFAULTS, ratio: 0.5 }, 3)).toEqual(preview);
  expect(preview.mask.filter((masked) => masked === 1)).toHaveLength(4);
  expect(maskSentence(preview, 3)).toBe('4 of 8 patches masked; seed 3.');
  const masks = Array.from({ length: 20 }, (_, seed) => maskPreview(UNEVEN, MASK_DEFAULTS, seed).mask.join(''));
  expect(new Set(masks).size).toBeGreaterThan(5);
});

test('patches are masked about as often as their chance says', () => {
  const guide = { ratio: 0.5, strength: 0.5, direction: 'rich' } as const;
  const { chances } = maskPreview(UNEVEN, guide, 0);
  const often = new Float64Array(8);
  for (let seed = 0; seed < 2_000; seed++) {
    maskPreview(UNEVEN, guide, seed).mask.forEach((masked, patch) => {
      often[patch] = (often[patch] ?? 0) + masked / 2_000;
    });
  }
  // Three deviations of a share of 2,000.
  for (const [patch, chance] of chances.entries()) expect(Math.abs((often[patch] ?? NaN) - chance)).toBeLessThan(0.034);
});

test('the heat goes from the least chance to the most, and words say both, in both directions', () => {
  const rich = maskPreview(UNEVEN, { ratio: 0.25, strength: 0.5, direction: 'rich' }, 1);
  expect(chancesSentence(rich, { ...MASK_DEFAULTS, direction: 'rich' })).toMatch(
    /^Chances from 0\.\d\d, dark, to 0\.\d\d, yellow\. Patches with many keypoints/,
  );
  const heat = chancesHeat(rich);
  expect([heat[0], heat[1]]).toEqual([1, 0]);
  const poor = maskPreview(UNEVEN, { ratio: 0.25, strength: 0.5, direction: 'poor' }, 1);
  expect(chancesHeat(poor)[0]).toBe(0);
  expect(chancesSentence(poor, { ...MASK_DEFAULTS, direction: 'poor' })).toContain('with few keypoints');
  expect(maskTip(rich, 0, 1, 4)[1]).toMatch(/^chance 0\.\d{3}$/);
});

test('without keypoints every chance is the same, which is said', () => {
  const even = maskPreview(figures([0, 0, 0, 0]), MASK_DEFAULTS, 1);
  expect(chancesSentence(even, MASK_DEFAULTS)).toBe('Every patch has a chance of 0.75: nothing guides them.');
  expect(new Set(chancesHeat(even)).size).toBe(1);
  expect(even.count).toBe(3);
});
