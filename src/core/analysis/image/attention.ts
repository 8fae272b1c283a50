import type { HeadWeights, Tokens } from './head-weights.js';
import type { Products, Rows } from './products.js';

/** Queries of all tokens, W_q x + b_q: (count, head size). */
export function queriesOf(products: Products, tokens: Tokens, head: HeadWeights): Float64Array {
  return project(products, tokens, head, head.query, head.queryBias);
}

/** Keys of all tokens, W_k x + b_k: (count, head size). */
export function keysOf(products: Products, tokens: Tokens, head: HeadWeights): Float64Array {
  return project(products, tokens, head, head.key, head.keyBias);
}

function project(
  products: Products,
  tokens: Tokens,
  { rows, columns }: HeadWeights,
  weight: Float64Array,
  bias: Float64Array | null,
): Float64Array {
  const out = products.transposed(tokenRows(tokens), { values: weight, rows, columns });
  if (bias !== null) for (let i = 0; i < out.length; i++) out[i] = (out[i] ?? 0) + (bias[i % rows] ?? 0);
  return out;
}

/** The tokens as a matrix. */
function tokenRows({ values, count, width }: Tokens): Rows {
  return { values, rows: count, columns: width };
}

/** Queries and keys of one head, (count, size) each, and the factor on their products. */
export interface QueriesAndKeys {
  readonly queries: Float64Array;
  readonly keys: Float64Array;
  readonly count: number;
  readonly size: number;
  readonly scale: number;
}

/**
 * Attention of one head, (count, count): row i is what token i attends to, and sums to 1.
 * Scores and their softmax are in float64; a token that is not finite makes its row NaN.
 * @param bias added to the scores before the softmax, (count, count), such as that of relative positions; null for none.
 */
export function attention(products: Products, head: QueriesAndKeys, bias: Float32Array | null = null): Float32Array {
  const { queries, keys, count, size, scale } = head;
  const out = new Float32Array(count * count);
  const rows = (values: Float64Array): Rows => ({ values, rows: count, columns: size });
  products.byBlocks(rows(queries), rows(keys), (first, scores) => {
    for (let at = 0; at < scores.length; at += count) {
      const row = scores.subarray(at, at + count);
      const start = first * count + at;
      toProbabilities(row, scale, bias === null ? null : bias.subarray(start, start + count));
      out.set(row, start);
    }
  });
  return out;
}

/** What one token attends to: its row of the attention, without the others. */
export function attentionRow(head: QueriesAndKeys, token: number, bias: Float32Array | null = null): Float64Array {
  const { queries, keys, count, size, scale } = head;
  const row = new Float64Array(count);
  for (let j = 0; j < count; j++) {
    let sum = 0;
    for (let d = 0; d < size; d++) sum += (queries[token * size + d] ?? 0) * (keys[j * size + d] ?? 0);
    row[j] = sum;
  }
  toProbabilities(row, scale, bias === null ? null : bias.subarray(token * count, (token + 1) * count));
  return row;
}

/** Softmax of scale * scores + bias, in place; the largest score is taken off first, so that nothing overflows. */
function toProbabilities(scores: Float64Array, scale: number, bias: Float32Array | null): void {
  let largest = -Infinity;
  for (let j = 0; j < scores.length; j++) {
    const score = (scores[j] ?? 0) * scale + (bias?.[j] ?? 0);
    scores[j] = score;
    if (score > largest) largest = score;
  }
  let sum = 0;
  for (let j = 0; j < scores.length; j++) {
    const weight = Math.exp((scores[j] ?? 0) - largest);
    scores[j] = weight;
    sum += weight;
  }
  for (let j = 0; j < scores.length; j++) scores[j] = (scores[j] ?? 0) / sum;
}
