import { describe, expect, it } from 'vitest';
import type { LayerAttention } from '../../../../src/core/inference/layer-attention.js';
import { withOwnScores } from '../../../../src/core/inference/own-scores.js';

const SIZE = 2;
const TOKENS = 3;
const WEIGHT = { values: new Float64Array(), bias: null };
const HEAD = {
  query: new Float64Array(),
  key: new Float64Array(),
  queryBias: null,
  keyBias: null,
  rows: SIZE,
  columns: 4,
  scale: 0.5,
};

/** A layer of two heads whose weights say nothing. */
const PARTS: LayerAttention = {
  query: WEIGHT,
  key: WEIGHT,
  heads: [HEAD, HEAD],
  windows: null,
  widening: null,
  bias: () => null,
  prepare: () => {
    throw new Error('not asked');
  },
};

const meeting = (keyTokensLast: boolean, factor = 1) => ({
  query: { value: 'q', tokensLast: false },
  key: { value: 'k', tokensLast: keyTokensLast },
  factor,
});

function prepared(parts: LayerAttention, side: 'query' | 'key', head: number): number[] {
  const values = new Float64Array(TOKENS * SIZE).fill(NaN);
  parts.prepare(side, values, head);
  return [...values];
}

describe('queries and keys of a graph of its own', () => {
  const query = Float32Array.from({ length: 2 * TOKENS * SIZE }, (_, at) => at);

  it('take the place of what follows from the weights, with the factor of the graph over the scale of the layer', () => {
    const own = withOwnScores(PARTS, { meeting: meeting(false, 0.25), query, key: query });
    expect(prepared(own, 'query', 1)).toEqual([3, 3.5, 4, 4.5, 5, 5.5]);
    expect(prepared(own, 'key', 1)).toEqual([6, 7, 8, 9, 10, 11]);
  });

  it('are turned where tokens lie along the last axis', () => {
    const own = withOwnScores(PARTS, { meeting: meeting(true), query, key: query });
    expect(prepared(own, 'key', 0)).toEqual([0, 3, 1, 4, 2, 5]);
  });

  it('are shared by heads where there are fewer keys', () => {
    const own = withOwnScores(PARTS, { meeting: meeting(false), query, key: query.subarray(0, 6) });
    expect(prepared(own, 'key', 1)).toEqual(prepared(own, 'key', 0));
  });

  it('are not taken where their number is that of other heads', () => {
    const own = withOwnScores(PARTS, { meeting: meeting(false), query, key: query.subarray(0, 7) });
    expect(() => prepared(own, 'key', 0)).toThrow('the graph gives 7 numbers of queries or keys for 2 heads');
  });
});
