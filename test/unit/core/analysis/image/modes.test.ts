import { describe, expect, it } from 'vitest';
import type { Basis } from '../../../../../src/core/analysis/figures.js';
import type { HeadWeights, TokenNorm, Tokens } from '../../../../../src/core/analysis/image/head-weights.js';
import {
  biasOf,
  entryMaps,
  type HeadModes,
  modesOnImage,
  type ModesOnImage,
} from '../../../../../src/core/analysis/image/modes-on-image.js';
import { Products } from '../../../../../src/core/analysis/image/products.js';
import { EXPONENTS } from '../../../../../src/core/linalg/head-solver.js';
import { randomMatrix } from '../../../support/random.js';
import { expectedOf, headOf, modesOf, NORM, PATCHES, PICTURES, tokensOf } from './reference.js';

const products = new Products();
const BASES = ['raw', 'folded'] as const;

/** Even to the eighth digit, which is all that is stored. */
function expectEightDigits(actual: number | null | undefined, expected: number | undefined): void {
  expect(Math.abs((actual ?? NaN) - (expected ?? NaN))).toBeLessThanOrEqual(5.1e-8 * Math.abs(expected ?? NaN));
}

const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function varianceOf(values: readonly number[]): number {
  const middle = average(values);
  return average(values.map((value) => (value - middle) ** 2));
}

/** Scores between patches straight from the formula, (asking, answering). */
function scoresOf({ values, count, width, prefix }: Tokens, head: HeadWeights): number[][] {
  const project = (weight: Float64Array, bias: Float64Array | null, token: number) =>
    Array.from({ length: head.rows }, (_, d) => {
      let sum = bias?.[d] ?? 0;
      for (let j = 0; j < width; j++) sum += (weight[d * width + j] ?? 0) * (values[token * width + j] ?? 0);
      return sum;
    });
  const patches = Array.from({ length: count - prefix }, (_, i) => i + prefix);
  const keys = patches.map((token) => project(head.key, head.keyBias, token));
  return patches.map((token) => {
    const query = project(head.query, head.queryBias, token);
    return keys.map((key) => head.scale * key.reduce((sum, value, d) => sum + value * (query[d] ?? 0), 0));
  });
}

/** Largest difference between the varying part of the scores and the sum of all modes and the key bias term; of 16 asking patches. */
function unexplained(
  tokens: Tokens,
  head: HeadWeights,
  norm: TokenNorm,
  modes: HeadModes,
  found: ModesOnImage,
): number {
  const { queryMaps, keyMaps, patches } = found;
  const bias = biasOf(head, norm, modes.basis);
  const keyOnly = { ...head, query: head.query.map(() => 0), queryBias: bias, keyBias: null };
  const biasScores = scoresOf({ ...tokens, count: tokens.prefix + patches }, keyOnly);
  let worst = 0;
  scoresOf(tokens, head).forEach((row, i) => {
    if (i % Math.ceil(patches / 16) !== 0) return;
    const rest = row.map((score, j) => {
      let left = score - (biasScores[i]?.[j] ?? 0);
      modes.sigma.forEach((sigma, n) => {
        left -= head.scale * sigma * (queryMaps[n * patches + i] ?? 0) * (keyMaps[n * patches + j] ?? 0);
      });
      return left;
    });
    const middle = average(rest);
    for (const value of rest) worst = Math.max(worst, Math.abs(value - middle));
  });
  return worst;
}

/** A norm's output for made-up standardised tokens, in float32 as a network gives it. */
function madeUp(count: number, width: number, norm: TokenNorm, seed: number): Tokens {
  const noise = randomMatrix(count * width, seed);
  const values = new Float32Array(count * width);
  for (let i = 0; i < count; i++) {
    const row = Array.from(noise.subarray(i * width, (i + 1) * width));
    const middle = norm.kind === 'layer' ? average(row) : 0;
    const deviation = Math.sqrt(average(row.map((value) => (value - middle) ** 2)));
    row.forEach((value, j) => {
      values[i * width + j] = ((value - middle) / deviation) * (norm.gain?.[j] ?? 1) + (norm.shift?.[j] ?? 0);
    });
  }
  return { values, count, width, prefix: 2 };
}

function madeUpHead(rows: number, columns: number, seed: number): HeadWeights {
  return {
    query: randomMatrix(rows * columns, seed),
    key: randomMatrix(rows * columns, seed + 1),
    queryBias: randomMatrix(rows, seed + 2),
    keyBias: randomMatrix(rows, seed + 3),
    rows,
    columns,
    scale: rows ** -0.5,
  };
}

describe('modes on an image', () => {
  const cases = PICTURES.flatMap((picture) => BASES.map((basis) => [picture, basis] as const));

  it.each(cases)('agree with numpy to eight digits: %s, %s', (picture, basis) => {
    const golden = expectedOf(picture)[`modes_${basis}`];
    const head = headOf(expectedOf(picture).head);
    const modes = modesOf(head, basis);
    const found = modesOnImage(products, tokensOf(picture), head, NORM, modes);
    golden.sigma.forEach((sigma, n) => {
      expectEightDigits(modes.sigma[n], sigma);
      expect(Math.abs((modes.cos[n] ?? NaN) - (golden.cosine[n] ?? NaN))).toBeLessThan(1e-8);
    });
    expect(found.entries).toHaveLength(64);
    for (const { first, contribution, shareOfScore, shareOfModes } of found.entries) {
      expectEightDigits(contribution, golden.contribution[first]);
      expectEightDigits(shareOfScore, golden.share_of_score[first]);
      expectEightDigits(shareOfModes, golden.share_of_modes[first]);
    }
    expectEightDigits(found.scoreVariance, golden.score_variance);
    expectEightDigits(found.keyBias.contribution, golden.key_bias_contribution);
    expectEightDigits(found.keyBias.shareOfScore, golden.key_bias_share_of_score);
    expect(found.entries.slice(0, 6).map(({ first }) => first)).toEqual(golden.top);
    golden.top.forEach((_, place) => {
      const entry = found.entries[place];
      if (entry === undefined) throw new Error('an entry is missing');
      const maps = entryMaps(found, entry);
      golden.query_maps[place]?.forEach((value, i) => expectEightDigits(maps.query[i], value));
      golden.key_maps[place]?.forEach((value, i) => expectEightDigits(maps.key[i], value));
    });
  });

  it('explain the score together with the key bias, in both bases alike', () => {
    const head = headOf(3);
    const tokens = tokensOf('coffee');
    const [raw, folded] = BASES.map((basis) => {
      const modes = modesOf(head, basis);
      const found = modesOnImage(products, tokens, head, NORM, modes);
      expect(unexplained(tokens, head, NORM, modes, found)).toBeLessThan(1e-5);
      expect(found.entries.reduce((sum, { shareOfModes }) => sum + (shareOfModes ?? NaN), 0)).toBeCloseTo(1, 12);
      return found;
    });
    expect(raw?.scoreVariance).toBe(folded?.scoreVariance);
    expect(raw?.scoreVariance).toBeCloseTo(average(scoresOf(tokens, head).map(varianceOf)), 10);
  });

  const width = 24;
  const gain = Float64Array.from(randomMatrix(width, 8), (value) => 0.2 + Math.abs(value));
  const shift = Float64Array.from(randomMatrix(width, 9));
  const someDead = gain.map((value, j) => ([3, 4, 11].includes(j) ? 0 : j === 7 ? 1e-9 : value));

  it.each([
    ['layer norm', { kind: 'layer', gain, shift }, 0],
    ['layer norm with channels that are switched off', { kind: 'layer', gain: someDead, shift }, 4],
    [
      'layer norm with one such channel',
      { kind: 'layer', gain: gain.map((value, j) => (j === 5 ? 0 : value)), shift },
      1,
    ],
    ['layer norm without parameters', { kind: 'layer', gain: null, shift: null }, 0],
    ['RMS norm', { kind: 'rms', gain, shift: null }, 0],
    ['RMS norm with channels that are switched off', { kind: 'rms', gain: someDead, shift: null }, 3],
  ] as const)('explain the score in the folded basis of a %s', (_, norm, unreadable) => {
    const head = madeUpHead(6, width, 40);
    const tokens = madeUp(32, width, norm, 50);
    const modes = modesOf(head, 'folded', norm);
    const found = modesOnImage(products, tokens, head, norm, modes);
    expect(found.unreadable).toBe(unreadable);
    expect(unexplained(tokens, head, norm, modes, found)).toBeLessThan(2e-4);
  });

  it('have no key bias where there is no bias, and no shares where nothing varies', () => {
    const head = { ...madeUpHead(4, width, 3), queryBias: null, keyBias: null };
    const tokens: Tokens = { values: new Float32Array(10 * width).fill(0.5), count: 10, width, prefix: 1 };
    const found = modesOnImage(products, tokens, head, null, modesOf(head, 'raw'));
    expect(found.keyBias).toEqual({ contribution: 0, shareOfScore: null });
    expect(found.entries[0]).toMatchObject({ shareOfScore: null, shareOfModes: null });
    expect(found.entries[0]?.contribution).toBeLessThan(1e-20);
  });

  it('are taken together where they cannot be told apart', () => {
    // Weights as if stored with an eighth of a unit between neighbours.
    const spacing = new Float64Array(EXPONENTS).fill((1 / 8) ** 2);
    const norm: TokenNorm = { kind: 'layer', gain, shift };
    const head = madeUpHead(8, width, 60);
    const tokens = madeUp(30, width, norm, 61);
    for (const basis of BASES) {
      const modes = modesOf(head, basis, norm, spacing);
      const block = modes.blocks[0];
      if (block === undefined) throw new Error('no block to look at');
      const found = modesOnImage(products, tokens, head, norm, modes);
      const [first, last] = block;
      const entry = found.entries.find((candidate) => candidate.first === first);
      if (entry === undefined) throw new Error('the block is no entry');
      expect(entry.last).toBe(last);
      expect(found.entries.reduce((sum, { first: from, last: to }) => sum + to - from + 1, 0)).toBe(8);
      const members = Array.from({ length: last - first + 1 }, (_, n) => first + n);
      const map = (maps: Float64Array, n: number, i: number) => maps[n * found.patches + i] ?? NaN;
      const patches = Array.from({ length: found.patches }, (_, i) => i);
      const parts = patches.map((i) =>
        patches.map((j) =>
          members.reduce(
            (sum, n) =>
              sum + head.scale * (modes.sigma[n] ?? NaN) * map(found.queryMaps, n, i) * map(found.keyMaps, n, j),
            0,
          ),
        ),
      );
      expect(entry.contribution).toBeCloseTo(average(parts.map(varianceOf)), 8);
      const { query, key } = entryMaps(found, entry);
      patches.forEach((i) => {
        expect(query[i]).toBeCloseTo(Math.hypot(...members.map((n) => map(found.queryMaps, n, i))), 12);
        expect(key[i]).toBeCloseTo(Math.hypot(...members.map((n) => map(found.keyMaps, n, i))), 12);
      });
      expect(found.entries.reduce((sum, { shareOfModes }) => sum + (shareOfModes ?? NaN), 0)).toBeCloseTo(1, 12);
    }
  });

  it('leave the prefix tokens out', () => {
    const tokens = tokensOf('coffee');
    const changed = { ...tokens, values: tokens.values.slice() };
    changed.values.fill(100, 0, tokens.width);
    const [head, modes] = [headOf(3), modesOf(headOf(3), 'folded')];
    const found = modesOnImage(products, changed, head, NORM, modes);
    expect(found.patches).toBe(PATCHES);
    expect(found.entries).toEqual(modesOnImage(products, tokens, head, NORM, modes).entries);
  });
});

describe('ordering and signs', () => {
  it.each(BASES satisfies readonly Basis[])('the largest contribution comes first: %s', (basis) => {
    const head = headOf(3);
    const found = modesOnImage(products, tokensOf('chelsea'), head, NORM, modesOf(head, basis));
    const contributions = found.entries.map(({ contribution }) => contribution);
    expect(contributions).toEqual([...contributions].sort((a, b) => b - a));
  });
});
