import { describe, expect, test } from 'vitest';
import { DoubleArithmetic } from '../../../../src/host/inference/double-arithmetic.js';
import { loadRuntime } from '../../../../src/host/inference/runtime.js';

const arithmetic = new DoubleArithmetic(await loadRuntime(), 1);

/** Numbers from -1 to 1 that look like chance. */
function matrix(rows: number, columns: number, seed: number) {
  const values = new Float64Array(rows * columns);
  for (let at = 0; at < values.length; at++) values[at] = (((at + seed) * 7_919) % 2_003) / 1_001.5 - 1;
  return { values, rows, columns };
}

/** Row i of softmax(q k^T + bias), by its definition. */
function softmaxRow(
  queries: ReturnType<typeof matrix>,
  keys: ReturnType<typeof matrix>,
  bias: Float32Array | null,
  i: number,
): number[] {
  const scores = Array.from({ length: keys.rows }, (_, j) => {
    let sum = bias?.[i * keys.rows + j] ?? 0;
    for (let d = 0; d < keys.columns; d++) {
      sum += (queries.values[i * keys.columns + d] ?? 0) * (keys.values[j * keys.columns + d] ?? 0);
    }
    return Math.exp(sum);
  });
  const all = scores.reduce((sum, score) => sum + score, 0);
  return scores.map((score) => score / all);
}

describe('arithmetic in float64', () => {
  test('linear is x W^T + b', async () => {
    const x = { values: Float64Array.of(1, 2, 3, 4), rows: 2, columns: 2 };
    const weight = { values: Float64Array.of(1, 0, 1, 1, 0, 1), rows: 3, columns: 2 };
    expect([...(await arithmetic.linear(x, weight, Float64Array.of(10, 20, 30)))]).toEqual([11, 23, 32, 13, 27, 34]);
    expect([...(await arithmetic.linear(x, weight, null))]).toEqual([1, 3, 2, 3, 7, 4]);
  });

  test.each([false, true])('shares are the softmax of every head at once, with a bias: %s', async (isBiased) => {
    const tokens = 40;
    const heads = [1, 2, 3].map((seed) => ({ queries: matrix(tokens, 4, seed), keys: matrix(tokens, 4, seed + 3) }));
    // Scores near 300, of which float32 would lose four digits.
    for (const { queries } of heads)
      for (const [at, value] of queries.values.entries()) queries.values[at] = 100 * value;
    const biases = isBiased ? heads.map((_, head) => new Float32Array(matrix(tokens, tokens, head).values)) : null;
    const [queries, keys] = [heads.map((head) => head.queries), heads.map((head) => head.keys)];
    const found = await arithmetic.shares(queries, keys, biases);
    expect(found).toHaveLength(heads.length);
    for (const [head, own] of heads.entries()) {
      const row = softmaxRow(own.queries, own.keys, biases?.[head] ?? null, 7);
      const shares = found[head]?.subarray(7 * tokens, 8 * tokens) ?? [];
      expect(Math.max(...row.map((share, j) => Math.abs(share - (shares[j] ?? NaN))))).toBeLessThan(3e-7);
    }
  });

  test.each([
    ['at once', 40, 50, false],
    ['with a bias', 40, 50, true],
    ['piece by piece where there are more scores than are held', 900, 5_000, true],
  ])('attend gives the softmax and what it mixes %s', async (_, asking, answering, isBiased) => {
    const [queries, keys, values] = [matrix(asking, 4, 1), matrix(answering, 4, 2), matrix(answering, 2, 3)];
    const bias = isBiased ? new Float32Array(matrix(asking, answering, 4).values) : null;
    const found = await arithmetic.attend(queries, keys, values, bias);
    for (const i of [0, Math.floor(asking / 2), asking - 1]) {
      const row = softmaxRow(queries, keys, bias, i);
      const own = found.attention.subarray(i * answering, (i + 1) * answering);
      expect(Math.max(...row.map((share, j) => Math.abs(share - (own[j] ?? NaN))))).toBeLessThan(1e-8);
      for (const d of [0, 1]) {
        const mixed = row.reduce((sum, share, j) => sum + share * (values.values[j * 2 + d] ?? NaN), 0);
        expect(found.mixed[i * 2 + d]).toBeCloseTo(mixed, 13);
      }
    }
  });
});
