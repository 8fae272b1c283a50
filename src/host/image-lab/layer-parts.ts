import * as l10n from '@vscode/l10n';
import type { Tokens, TokenNorm } from '../../core/analysis/image/head-weights.js';
import type { SourceOf } from '../../core/analysis/layer.js';
import type { AttentionWeights } from '../../core/inference/forward.js';
import { type LayerAttention, readLayerAttention } from '../../core/inference/layer-attention.js';
import { layerShape } from '../../core/inference/layer-shapes.js';
import { withOwnScores } from '../../core/inference/own-scores.js';
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
  const { tokens: count, width } = layerShape(forward, loaded.grid, layer);
  const meeting = loaded.meetings?.[layer];
  const [values, read, norm, query, key] = await Promise.all([
    run.tap('attention-input', layer),
    readLayerAttention(forward, layer, loaded.grid, sourceOf),
    readTokenNorm(spec, sourceOf),
    ...(meeting === undefined ? [] : [run.tap('own-query', layer), run.tap('own-key', layer)]),
  ]);
  const isOwn = meeting !== undefined && query !== undefined && key !== undefined;
  const attention = isOwn ? withOwnScores(read, { meeting, query, key }) : read;
  return { spec, attention, norm, tokens: { values, count, width, prefix: loaded.prefixTokens } };
}

/** The attention of a layer. @throws CheckpointError `wrong-use` for one that is not there. */
export function checkLayer({ forward, file }: OpenedModel, layer: number): AttentionWeights {
  const block = forward.blocks[layer];
  if (block !== undefined) return block.attention;
  const problem = l10n.t('the model has layers 0 to {0}, no layer {1}', forward.blocks.length - 1, layer);
  throw new CheckpointError('wrong-use', file, problem, l10n.t('choose one of them'));
}
