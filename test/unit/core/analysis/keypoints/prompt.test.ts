import { describe, expect, it } from 'vitest';
import {
  ALL_HEADS,
  concentrationGuide,
  MAX_STRENGTH,
  type Prompt,
  promptBy,
  promptScores,
  withPrompt,
} from '../../../../../src/core/analysis/keypoints/prompt.js';
import { CheckpointError } from '../../../../../src/core/errors.js';

const shape = { heads: [2, 1], prefix: 1, patches: 3 };
const guide = Float64Array.of(0, 0.5, 1);
const region = Uint8Array.of(0, 0, 1);
const scores = (prompt: Prompt, chosen = ALL_HEADS) =>
  // Adding 0 takes the sign from -0, which adds nothing to a score either.
  promptScores(prompt, chosen, shape).map((layer) => Array.from(layer, (score) => score + 0));

describe('promptScores', () => {
  it('adds strength times guide towards the patches, and nothing towards prefix tokens', () => {
    const row = [0, 0, 1, 2];
    expect(scores({ kind: 'bias', strength: 2, guide })).toEqual([[...row, ...row], row]);
    expect(scores({ kind: 'bias', strength: 0, guide }).flat()).toEqual(new Array(12).fill(0));
  });

  it('multiplies attention by adding the logarithm of the factor', () => {
    const [layer = []] = scores({ kind: 'reweight', strength: 3, guide });
    const factors = [1, 1, 2.5, 4, 1, 1, 2.5, 4];
    expect(layer).toHaveLength(factors.length);
    for (const [at, factor] of factors.entries()) expect(Math.exp(layer[at] ?? NaN)).toBeCloseTo(factor, 6);
    expect(scores({ kind: 'reweight', strength: -1, guide })[1]).toEqual([0, 0, Math.fround(Math.log(0.5)), -Infinity]);
    expect(scores({ kind: 'reweight', strength: 0, guide }).flat()).toEqual(new Array(12).fill(0));
  });

  it('masks in the chosen layers and heads, and drops in all', () => {
    const nothing = [0, 0, 0, 0];
    const masked = [0, 0, 0, -Infinity];
    expect(scores({ kind: 'mask', region }, { layers: [0], heads: [1] })).toEqual([[...nothing, ...masked], nothing]);
    expect(scores({ kind: 'drop', region }, { layers: [0], heads: [1] })).toEqual([[...masked, ...masked], masked]);
  });

  it.each<[string, Prompt, RegExp]>([
    ['every patch masked', { kind: 'mask', region: Uint8Array.of(1, 1, 1) }, /masks every patch/],
    ['every patch dropped', { kind: 'drop', region: Uint8Array.of(1, 1, 1) }, /masks every patch/],
    ['no patch, as by a mask of prefix tokens only', { kind: 'mask', region: new Uint8Array(3) }, /no patch/],
    ['a strength beyond float32', { kind: 'bias', strength: 88, guide }, /float32/],
    ['an infinite strength', { kind: 'bias', strength: -Infinity, guide }, /float32/],
    ['no number', { kind: 'bias', strength: NaN, guide }, /float32/],
    ['negative attention', { kind: 'reweight', strength: -2, guide }, /negative/],
    ['attention taken from all', { kind: 'reweight', strength: -1, guide: new Float64Array(3).fill(1) }, /every patch/],
  ])('refuses %s, with its reason', (_, prompt, reason) => {
    const attempt = () => scores(prompt);
    expect(attempt).toThrow(CheckpointError);
    expect(attempt).toThrow(reason);
  });

  it('takes the largest strength', () => {
    const row = scores({ kind: 'bias', strength: MAX_STRENGTH, guide })[1];
    // What is left of the others is still a number of float32's full precision.
    expect(Math.exp(-(row?.[3] ?? NaN))).toBeGreaterThan(2 ** -126);
  });
});

describe('concentrationGuide', () => {
  it('is the part of the largest, and refused without keypoints', () => {
    expect(Array.from(concentrationGuide(Float64Array.of(0, 2, 4)))).toEqual([0, 0.5, 1]);
    expect(() => concentrationGuide(new Float64Array(2))).toThrow(/no keypoints/);
  });
});

describe('promptBy', () => {
  it('takes the patches of any group away, and leaves those that keypoints hardly reach', () => {
    const spread = Float64Array.of(1, 1e-9, 0.4, 0);
    expect(promptBy('mask', 3, spread)).toEqual({ kind: 'mask', region: Uint8Array.of(1, 0, 1, 0) });
    expect(promptBy('drop', 3, Float64Array.of(0, 1))).toEqual({ kind: 'drop', region: Uint8Array.of(0, 1) });
    expect(promptBy('reweight', 3, spread)).toEqual({ kind: 'reweight', strength: 3, guide: spread });
  });
});

describe('withPrompt', () => {
  it('adds to every row', () => {
    expect(Array.from(withPrompt(null, Float32Array.of(0, 3)))).toEqual([0, 3, 0, 3]);
    const bias = Float32Array.of(1, 2, 3, 4);
    expect(Array.from(withPrompt(bias, Float32Array.of(0, 3)))).toEqual([1, 5, 3, 7]);
    expect(Array.from(bias)).toEqual([1, 2, 3, 4]);
  });
});
