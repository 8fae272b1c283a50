import { attention, keysOf, queriesOf, type QueriesAndKeys } from '../../core/analysis/image/attention.js';
import type { Tokens } from '../../core/analysis/image/head-weights.js';
import type { Products } from '../../core/analysis/image/products.js';
import type { SourceOf } from '../../core/analysis/layer.js';
import type { ForwardModel } from '../../core/inference/forward.js';
import type { LayerAttention } from '../../core/inference/layer-attention.js';
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
  { run, loaded }: Pick<RanModel, 'run' | 'loaded'>,
  layer: number,
  signal: AbortSignal,
): Promise<Tokens> {
  const values = await run.tap('attention-input', layer, signal);
  return { values, count: loaded.tokens, width: loaded.width, prefix: loaded.prefixTokens };
}

/** Queries and keys of a head as they meet, after their norms and rotation. */
export function meetingOf(products: Products, parts: LayerAttention, index: number, tokens: Tokens): QueriesAndKeys {
  const head = parts.heads[index];
  if (head === undefined) throw new Error(`the layer has no head ${index}`);
  const queries = queriesOf(products, tokens, head);
  const keys = keysOf(products, tokens, head);
  parts.prepare('query', queries);
  parts.prepare('key', keys);
  return { queries, keys, count: tokens.count, size: head.rows, scale: head.scale };
}

/** Attention of one head of a layer, (tokens, tokens): from the tokens that enter it and the weights, in float64. */
export function headAttention(products: Products, parts: LayerAttention, index: number, tokens: Tokens): Float32Array {
  return attention(products, meetingOf(products, parts, index, tokens), parts.bias(index));
}
