import * as l10n from '@vscode/l10n';
import type { Activation, Mlp } from '../forward.js';
import type { BlockView, Describe } from '../forward-view.js';
import {
  attention,
  attentionNorm,
  classifier,
  gatedMlp,
  layerScale,
  packedMlp,
  patchEmbedding,
  plainMlp,
} from '../parts.js';
import { positionTable } from '../positions.js';
import { HF_OUTPUT, HF_PATCHES, HF_POSITIONS, hfPrefix } from './hf-vit.js';

/** DINOv2 of Transformers, with or without registers. */
export const hfDinov2: Describe = (view) => {
  const { root, around, facts, width } = view;
  const epsilon = facts.epsilon(1e-6);
  const activation = facts.activation('gelu');
  const prefix = hfPrefix(view);
  return {
    patches: patchEmbedding(view, HF_PATCHES),
    prefix,
    positions: positionTable(
      view,
      HF_POSITIONS,
      prefix,
      root.has('embeddings.register_tokens') ? 'bicubic-antialias' : 'bicubic',
    ),
    rotation: null,
    preNorm: null,
    blocks: view.blocks.map((block) => ({
      attention: attention(block, { output: HF_OUTPUT }, epsilon),
      norm1: attentionNorm(block, epsilon),
      scale1: layerScale(block, ['layer_scale1.lambda1']),
      norm2: block.weights.norm(l10n.t('norm before the MLP'), ['norm2'], width, epsilon),
      mlp: mlp(block, activation),
      scale2: layerScale(block, ['layer_scale2.lambda1']),
    })),
    norm: root.norm(l10n.t('final norm'), ['layernorm'], width, epsilon),
    pooling: 'class',
    poolNorm: null,
    embedding: null,
    classifiers: classifier(around, ['classifier.weight'], width, 'class-and-patch-mean'),
  };
};

function mlp({ weights, spec }: BlockView, activation: Activation): Mlp {
  const { width } = spec;
  if (weights.has('mlp.weights_in.weight')) {
    return packedMlp(weights, width, ['mlp.weights_in.weight'], ['mlp.weights_out.weight'], null);
  }
  return weights.has('mlp.gate_proj.weight')
    ? gatedMlp(weights, width, [['mlp.gate_proj.weight'], ['mlp.up_proj.weight'], ['mlp.down_proj.weight']])
    : plainMlp(weights, width, ['mlp.fc1.weight'], ['mlp.fc2.weight'], activation);
}
