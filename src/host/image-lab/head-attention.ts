import { attention, keysOf, queriesOf, type QueriesAndKeys } from '../../core/analysis/image/attention.js';
import type { Tokens } from '../../core/analysis/image/head-weights.js';
import type { Products } from '../../core/analysis/image/products.js';
import type { SourceOf } from '../../core/analysis/layer.js';
import type { ForwardModel } from '../../core/inference/forward.js';
import { meet, windowedAttention } from '../../core/inference/attend-windows.js';
import type { LayerAttention } from '../../core/inference/layer-attention.js';
import { layerShape } from '../../core/inference/layer-shapes.js';
import type { LoadedModel } from '../../protocol/inference.js';
import type { Run } from '../inference/inference-session.js';

/** A model that was run on a picture, as far as attention is computed from it. */
export interface RanModel {
  readonly forward: ForwardModel;
  readonly loaded: LoadedModel;
  readonly run: Pick<Run, 'tap'>;
  readonly sourceOf: SourceOf;
}

/** Tokens that enter the attention of a layer. */
export async function tokensOf(
  { run, loaded, forward }: Pick<RanModel, 'run' | 'loaded' | 'forward'>,
  layer: number,
  signal: AbortSignal,
): Promise<Tokens> {
  const values = await run.tap('attention-input', layer, signal);
  const { tokens: count, width } = layerShape(forward, loaded.grid, layer);
  return { values, count, width, prefix: loaded.prefixTokens };
}

/** Queries and keys of a head as they meet, after their norms and rotation; within windows they meet with more. */
export function meetingOf(products: Products, parts: LayerAttention, index: number, tokens: Tokens): QueriesAndKeys {
  const head = parts.heads[index];
  if (head === undefined) throw new Error(`the layer has no head ${index}`);
  const queries = queriesOf(products, tokens, head);
  const keys = keysOf(products, tokens, head);
  parts.prepare('query', queries, index);
  parts.prepare('key', keys, index);
  const bare = { queries, keys, count: tokens.count, size: head.rows, scale: head.scale };
  return parts.windows === null ? meet(bare, parts.widening) : bare;
}

/**
 * Attention of one head of a layer: from the tokens that enter it and the weights, in float64. (tokens, tokens); (windows, places, places) where tokens
 * attend within windows, in the order of `WindowLayout`.
 */
export function headAttention(products: Products, parts: LayerAttention, index: number, tokens: Tokens): Float32Array {
  const { windows } = parts;
  if (windows === null) return attention(products, meetingOf(products, parts, index, tokens), parts.bias(index));
  const bare = meetingOf(products, parts, index, withZeros(tokens));
  return windowedAttention(products, bare, windows, parts.bias(index), parts.widening);
}

/** One token more, of zeros: what places of windows without a token hold. */
function withZeros({ values, count, width, prefix }: Tokens): Tokens {
  const more = new Float32Array((count + 1) * width);
  more.set(values);
  return { values: more, count: count + 1, width, prefix };
}
