import { expect, test } from 'vitest';
import { samePrompt } from '../../../../../src/core/analysis/keypoints/same-prompt.js';

test('prompts are the same but for their strength', () => {
  const prompt = { by: 'region', how: 'bias', layers: [1, 2], heads: null, region: Float32Array.of(0, 1) } as const;
  expect(samePrompt(prompt, { ...prompt, layers: [1, 2], region: Float32Array.of(0, 1) })).toBe(true);
  for (const change of [
    { by: 'object' },
    { how: 'reweight' },
    { layers: null },
    { layers: [1] },
    { heads: [0] },
    { region: Float32Array.of(1, 1) },
    { region: null },
  ]) {
    expect(samePrompt(prompt, { ...prompt, ...change })).toBe(false);
  }
});
