import { describe, expect, it } from 'vitest';
import { ablate, type Ablation } from '../../../../../src/core/analysis/image/ablation.js';
import { attention, keysOf, queriesOf } from '../../../../../src/core/analysis/image/attention.js';
import type { HeadWeights, TokenNorm } from '../../../../../src/core/analysis/image/head-weights.js';
import { biasOf, modesOnImage } from '../../../../../src/core/analysis/image/modes-on-image.js';
import { Products } from '../../../../../src/core/analysis/image/products.js';
import { COUNT, HEAD_SIZE, headOf, modesOf, NORM, PATCHES, tokensOf, WIDTH } from './reference.js';

const products = new Products();
const BASES = ['raw', 'folded'] as const;
const NOTHING: Ablation = { modes: [], keyBias: false, head: false };
const tokens = tokensOf('coffee');
const head = headOf(3);

function queriesAfter(ablated: HeadWeights): Float64Array {
  return queriesOf(products, tokens, ablated);
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs((a[i] ?? NaN) - (b[i] ?? NaN)));
  return largest;
}

/** Standardised token, (x - shift) / gain. */
function standardised(token: number): number[] {
  return Array.from({ length: WIDTH }, (_, j) => {
    return ((tokens.values[token * WIDTH + j] ?? 0) - (NORM.shift[j] ?? 0)) / (NORM.gain[j] ?? 1);
  });
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
};

describe('ablate', () => {
  it.each(BASES)('changes the queries as defined: %s', (basis) => {
    const modes = modesOf(head, basis);
    const taken = [0, 5, 6, 40];
    const before = queriesAfter(head);
    const after = queriesAfter(ablate(head, NORM, modes, { ...NOTHING, modes: taken }));
    for (const token of [0, 1, 100, 256]) {
      const t =
        basis === 'raw' ? Array.from(tokens.values.subarray(token * WIDTH, (token + 1) * WIDTH)) : standardised(token);
      for (let d = 0; d < HEAD_SIZE; d++) {
        let expected = before[token * HEAD_SIZE + d] ?? NaN;
        const row = Array.from(head.query.subarray(d * WIDTH, (d + 1) * WIDTH));
        const scaled = basis === 'raw' ? row : row.map((value, j) => value * (NORM.gain[j] ?? 1));
        const middle = basis === 'raw' ? 0 : scaled.reduce((sum, value) => sum + value, 0) / WIDTH;
        const weights = scaled.map((value) => value - middle);
        for (const n of taken) {
          const u = modes.vectors.u.subarray(n * WIDTH, (n + 1) * WIDTH);
          expected -= dot(weights, u) * dot(u, t);
        }
        expect(after[token * HEAD_SIZE + d]).toBeCloseTo(expected, 9);
      }
    }
  });

  it.each(BASES)('takes exactly those modes out of B: %s', (basis) => {
    const modes = modesOf(head, basis);
    const taken = [1, 2, 30];
    const left = modesOf(ablate(head, NORM, modes, { ...NOTHING, modes: [...taken, 1] }), basis);
    const expected = [...modes.sigma].filter((_, n) => !taken.includes(n));
    expect(largestDifference(left.sigma, [...expected, 0, 0, 0])).toBeLessThan(1e-12 * (modes.sigma[0] ?? 0));
  });

  it.each(BASES)('changes scores by the parts of the modes and by constants of rows only: %s', (basis) => {
    const modes = modesOf(head, basis);
    const found = modesOnImage(products, tokens, head, NORM, modes);
    const keys = keysOf(products, tokens, head);
    const after = queriesAfter(ablate(head, NORM, modes, { ...NOTHING, modes: [0, 3] }));
    const before = queriesAfter(head);
    const key = (j: number) => keys.subarray((j + 1) * HEAD_SIZE, (j + 2) * HEAD_SIZE);
    for (const i of [0, 77, 255]) {
      const query = (queries: Float64Array) => queries.subarray((i + 1) * HEAD_SIZE, (i + 2) * HEAD_SIZE);
      const rest = Array.from({ length: PATCHES }, (_, j) => {
        let change = head.scale * (dot(query(after), key(j)) - dot(query(before), key(j)));
        for (const n of [0, 3]) {
          const part = (found.queryMaps[n * PATCHES + i] ?? 0) * (found.keyMaps[n * PATCHES + j] ?? 0);
          change += head.scale * (modes.sigma[n] ?? 0) * part;
        }
        return change;
      });
      expect(Math.max(...rest) - Math.min(...rest)).toBeLessThan(1e-5);
    }
  });

  it.each(BASES)('without the key bias term leaves queries without b_q of the basis: %s', (basis) => {
    const modes = modesOf(head, basis);
    const ablated = ablate(head, NORM, modes, { ...NOTHING, keyBias: true });
    const bias = biasOf(head, NORM, basis);
    const expected = queriesAfter(head).map((value, at) => value - (bias[at % HEAD_SIZE] ?? 0));
    expect(largestDifference(queriesAfter(ablated), expected)).toBeLessThan(1e-12);
    const found = modesOnImage(products, tokens, ablated, NORM, modes);
    expect(found.keyBias.contribution).toBeLessThan(1e-24);
  });

  it('gives the head as it was when nothing is taken out', () => {
    const modes = modesOf(head, 'folded');
    expect(ablate(head, NORM, modes, NOTHING)).toEqual(head);
  });

  it('of the head as a whole leaves even attention', () => {
    const ablated = ablate(head, NORM, modesOf(head, 'folded'), { ...NOTHING, head: true });
    const even = attention(products, {
      queries: queriesAfter(ablated),
      keys: keysOf(products, tokens, ablated),
      count: COUNT,
      size: HEAD_SIZE,
      scale: head.scale,
    });
    expect(largestDifference(even, new Float32Array(COUNT * COUNT).fill(1 / COUNT))).toBe(0);
  });

  it('of all modes leaves the key bias term alone', () => {
    const norm: TokenNorm = NORM;
    const all = Array.from({ length: HEAD_SIZE }, (_, n) => n);
    const ablated = ablate(head, norm, modesOf(head, 'folded'), { ...NOTHING, modes: all });
    const queries = queriesAfter(ablated);
    const bias = biasOf(head, norm, 'folded');
    const expected = queries.map((_, at) => bias[at % HEAD_SIZE] ?? 0);
    // The tokens are standardised only up to float32.
    expect(largestDifference(queries, expected)).toBeLessThan(1e-5);
  });
});
