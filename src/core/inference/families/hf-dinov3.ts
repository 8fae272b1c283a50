import * as l10n from '@vscode/l10n';
import type { Describe } from '../forward-view.js';
import { knownRotation } from '../known-rotation.js';
import { attention, attentionNorm, classifier, gatedMlp, layerScale, patchEmbedding, plainMlp } from '../parts.js';
import { hfPrefix } from './hf-vit.js';

/** DINOv3's vision transformer of Transformers. */
export const hfDinov3: Describe = (view) => {
  const { root, around, facts, width } = view;
  const epsilon = facts.epsilon(1e-5);
  const gated = view.blocks.some(({ weights }) => weights.has('mlp.gate_proj.weight'));
  const activation = facts.activation(gated ? 'silu' : 'gelu');
  return {
    patches: patchEmbedding(view, ['embeddings.patch_embeddings.weight']),
    prefix: hfPrefix(view),
    positions: null,
    rotation: knownRotation(view),
    preNorm: null,
    blocks: view.blocks.map((block) => ({
      attention: attention(block, { output: ['o_proj.weight'] }, epsilon),
      norm1: attentionNorm(block, epsilon),
      scale1: layerScale(block, ['layer_scale1.lambda1']),
      norm2: block.weights.norm(l10n.t('norm before the MLP'), ['norm2'], width, epsilon),
      mlp: gated
        ? gatedMlp(block.weights, width, [['mlp.gate_proj.weight'], ['mlp.up_proj.weight'], ['mlp.down_proj.weight']], {
            activation,
          })
        : plainMlp(block.weights, width, ['mlp.up_proj.weight'], ['mlp.down_proj.weight'], activation),
      scale2: layerScale(block, ['layer_scale2.lambda1']),
    })),
    norm: root.norm(l10n.t('final norm'), ['norm'], width, epsilon),
    pooling: 'class',
    poolNorm: null,
    embedding: null,
    classifiers: classifier(around, ['classifier.weight'], width, 'pooled'),
  };
};
