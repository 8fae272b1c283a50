import type { Tokens, TokenNorm } from '../../core/analysis/image/head-weights.js';
import type { SourceOf } from '../../core/analysis/layer.js';
import type { AttentionWeights } from '../../core/inference/forward.js';
import { type LayerAttention, readLayerAttention } from '../../core/inference/layer-attention.js';
import type { LayerSpec } from '../../core/model/model.js';
import type { OpenedModel } from './opened-model.js';
import { readTokenNorm } from './token-norm.js';
import type { ShownPicture } from './shown-picture.js';
import { CheckpointError } from '../../core/errors.js';

/** What the attention of a layer is computed from, in memory. */
export interface LayerParts {
  readonly spec: LayerSpec;
  readonly attention: LayerAttention;
  readonly norm: TokenNorm | null;
  readonly tokens: Tokens;
}

/** Reads the weights of a layer and the tokens of a picture that enter it. @throws CheckpointError `wrong-use` for a layer that is not there. */
export async function readLayerParts(
  model: OpenedModel,
  { loaded, run }: ShownPicture,
  layer: number,
  sourceOf: SourceOf,
): Promise<LayerParts> {
  const { forward } = model;
  const { spec } = checkLayer(model, layer);
  const { tokens: count, width, prefixTokens: prefix } = loaded;
  const [values, attention, norm] = await Promise.all([
    run.tap('attention-input', layer),
    readLayerAttention(forward, layer, loaded.grid, sourceOf),
    readTokenNorm(spec, sourceOf),
  ]);
  return { spec, attention, norm, tokens: { values, count, width, prefix } };
}

/** The attention of a layer. @throws CheckpointError `wrong-use` for one that is not there. */
export function checkLayer({ forward, file }: OpenedModel, layer: number): AttentionWeights {
  const block = forward.blocks[layer];
  if (block !== undefined) return block.attention;
  const problem = `the model has layers 0 to ${forward.blocks.length - 1}, no layer ${layer}`;
  throw new CheckpointError('wrong-use', file, problem, 'choose one of them');
}
