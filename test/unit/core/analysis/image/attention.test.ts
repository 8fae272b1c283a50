import { describe, expect, it } from 'vitest';
import { attention, attentionRow, keysOf, queriesOf } from '../../../../../src/core/analysis/image/attention.js';
import { nearestKeys } from '../../../../../src/core/analysis/image/nearest-keys.js';
import { Products } from '../../../../../src/core/analysis/image/products.js';
import { rollBack } from '../../../../../src/core/analysis/image/rollout.js';
import { randomMatrix } from '../../../support/random.js';
import { COUNT, expectedOf, HEAD_SIZE, HEADS, headOf, networkAttention, PICTURES, tokensOf } from './reference.js';

const products = new Products();

/** A head with made-up queries and keys. */
function madeUp(count: number, size: number, seed: number) {
  return {
    queries: randomMatrix(count * size, seed),
    keys: randomMatrix(count * size, seed + 1),
    count,
    size,
    scale: 0.5,
  };
}

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs((a[i] ?? NaN) - (b[i] ?? NaN)));
  return largest;
}

describe('attention', () => {
  it.each(PICTURES)('agrees with the network as far as a float64 reference does: %s', (picture) => {
    const tokens = tokensOf(picture);
    let worst = 0;
    for (let index = 0; index < HEADS; index++) {
      const head = headOf(index);
      const ours = attention(products, {
        queries: queriesOf(products, tokens, head),
        keys: keysOf(products, tokens, head),
        count: COUNT,
        size: HEAD_SIZE,
        scale: head.scale,
      });
      worst = Math.max(worst, largestDifference(ours, networkAttention(picture, index)));
    }
    expect(worst).toBeLessThan(5e-6);
    // What is left is the network's own rounding, the same to that of our float32 result.
    expect(Math.abs(worst - expectedOf(picture).softmax_check.error)).toBeLessThan(2 ** -24);
  });

  it.each([
    [1, 1],
    [3, 2],
    [129, 5],
    [300, 7],
  ])('row by row and as a whole are the same: %i tokens, %i wide', (count, size) => {
    const head = madeUp(count, size, count);
    const bias = Float32Array.from(randomMatrix(count * count, 9));
    for (const added of [null, bias]) {
      const whole = attention(products, head, added);
      for (const token of [0, Math.floor(count / 2), count - 1]) {
        const row = attentionRow(head, token, added);
        expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 12);
        expect(largestDifference(row, whole.subarray(token * count, (token + 1) * count))).toBeLessThan(1e-7);
      }
    }
  });

  it('adds a bias to the scaled scores; minus infinity hides a key', () => {
    const head = madeUp(4, 3, 5);
    const bias = new Float32Array(16);
    bias.fill(-Infinity, 1, 3);
    bias[4] = Math.log(2);
    const before = attentionRow(head, 1);
    const after = attentionRow(head, 1, bias);
    expect((after[0] ?? 0) / (after[1] ?? 0)).toBeCloseTo((2 * (before[0] ?? 0)) / (before[1] ?? 0), 6);
    const hidden = attention(products, head, bias);
    expect(Array.from(hidden.subarray(1, 3))).toEqual([0, 0]);
    expect((hidden[0] ?? 0) + (hidden[3] ?? 0)).toBeCloseTo(1, 6);
  });

  it('stays finite for scores of any size, and says NaN where a token is not finite', () => {
    const head = { ...madeUp(5, 2, 1), scale: 1e6 };
    expect(attention(products, head).every(Number.isFinite)).toBe(true);
    const broken = madeUp(5, 2, 1);
    broken.queries[2] = NaN;
    const result = attention(products, broken);
    expect(Array.from(result.subarray(5, 10)).every(Number.isNaN)).toBe(true);
    expect(result.subarray(0, 5).every(Number.isFinite)).toBe(true);
  });
});

describe('nearestKeys', () => {
  it('keeps the k largest of each row and tells the mass outside', () => {
    const rows = Float32Array.from([0.5, 0.25, 0.125, 0.125, 0.25, 0.25, 0.25, 0.25, 0, 0, 0, 1, 0.1, 0.2, 0.3, 0.4]);
    const { attention: kept, outside, meanOutside } = nearestKeys(rows, 4, 2);
    const near = [2 / 3, 1 / 3, 0, 0, 0.5, 0.5, 0, 0, 0, 0, 0, 1, 0, 0, 3 / 7, 4 / 7];
    expect(largestDifference(kept, near)).toBeLessThan(1e-7);
    expect(largestDifference(outside, [0.25, 0.5, 0, 0.3])).toBeLessThan(1e-7);
    expect(meanOutside).toBeCloseTo(1.05 / 4, 7);
  });

  it('is a softmax over the largest scores', () => {
    const head = madeUp(40, 6, 77);
    const k = 7;
    const { attention: kept } = nearestKeys(attention(products, head), 40, k);
    for (let i = 0; i < 40; i++) {
      const scores = Array.from({ length: 40 }, (_, j) => {
        let sum = 0;
        for (let d = 0; d < 6; d++) sum += (head.queries[i * 6 + d] ?? 0) * (head.keys[j * 6 + d] ?? 0);
        return sum * head.scale;
      });
      const limit = [...scores].sort((a, b) => b - a)[k - 1] ?? 0;
      const weights = scores.map((score) => (score >= limit ? Math.exp(score) : 0));
      const sum = weights.reduce((all, weight) => all + weight, 0);
      expect(
        largestDifference(
          kept.subarray(i * 40, i * 40 + 40),
          weights.map((weight) => weight / sum),
        ),
      ).toBeLessThan(1e-6);
    }
  });

  it('changes nothing where all keys are kept', () => {
    const whole = attention(products, madeUp(9, 3, 4));
    for (const k of [9, 100]) {
      const { attention: kept, meanOutside } = nearestKeys(whole, 9, k);
      expect(largestDifference(kept, whole)).toBeLessThan(1e-7);
      expect(meanOutside).toBe(0);
    }
  });
});

describe('rollBack', () => {
  it('is the row of the product of (A + I) / 2 over the layers', () => {
    const count = 12;
    const layers = [1, 2, 3].map((seed) => attention(products, madeUp(count, 4, seed)));
    const identity = Float64Array.from({ length: count * count }, (_, i) => (i % (count + 1) === 0 ? 1 : 0));
    const whole = [...layers]
      .reverse()
      .reduce<Float64Array>((relevance, layer) => rollBack(relevance, layer, count), identity);
    for (const token of [0, 5]) {
      // From the first layer up: what each token is made of.
      let made = Array.from({ length: count }, (_, i) => Array.from(identity.subarray(i * count, (i + 1) * count)));
      for (const layer of layers) {
        made = made.map((own, i) =>
          own.map(
            (value, j) => made.reduce((sum, row, k) => sum + (layer[i * count + k] ?? 0) * (row[j] ?? 0), value) / 2,
          ),
        );
      }
      const row = whole.subarray(token * count, (token + 1) * count);
      expect(largestDifference(row, made[token] ?? [])).toBeLessThan(1e-12);
      const alone = [...layers]
        .reverse()
        .reduce<Float64Array>(
          (relevance, layer) => rollBack(relevance, layer, count),
          identity.slice(token * count, (token + 1) * count),
        );
      expect(largestDifference(alone, row)).toBe(0);
      expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 6);
    }
  });
});
