import * as l10n from '@vscode/l10n';
import type { Activation, Block, PositionBias } from '../forward.js';
import type { BlockView, Describe, ForwardView } from '../forward-view.js';
import { attention, attentionNorm, classifier, layerScale, patchEmbedding, plainMlp, prefixTokens } from '../parts.js';
import { positionTable } from '../positions.js';
import type { Names } from '../weights.js';

export const HF_PATCHES: Names = ['embeddings.patch_embeddings.projection.weight'];
export const HF_POSITIONS: Names = ['embeddings.position_embeddings'];

/** Output projections by the names that all versions write, and by those of Transformers 5 in memory. */
export const HF_OUTPUT: Names = ['output.dense.weight', 'o_proj.weight'];

/** ViT of Transformers and its relatives: DeiT, the encoder of MAE, I-JEPA. */
export const hfVit: Describe = (view) => {
  const { root, around, facts, width } = view;
  const epsilon = facts.epsilon(1e-12);
  const activation = facts.activation('gelu');
  const prefix = hfPrefix(view);
  const distilled = around.has('distillation_classifier.weight');
  return {
    patches: patchEmbedding(view, HF_PATCHES),
    prefix,
    positions: positionTable(view, HF_POSITIONS, prefix, 'bicubic'),
    rotation: null,
    preNorm: null,
    blocks: view.blocks.map((block) => hfVitBlock(block, epsilon, activation)),
    norm: root.norm(l10n.t('final norm'), ['layernorm'], width, epsilon),
    pooling: prefix.length > 0 ? 'class' : 'patch-mean',
    poolNorm: null,
    embedding: null,
    classifiers: distilled
      ? [
          ...classifier(around, ['cls_classifier.weight'], width, 'class'),
          ...classifier(around, ['distillation_classifier.weight'], width, 'distillation'),
        ]
      : classifier(around, ['classifier.weight'], width, 'pooled'),
  };
};

/** Prefix tokens of Transformers' models. */
export function hfPrefix(view: ForwardView): ReturnType<typeof prefixTokens> {
  return prefixTokens(view, {
    class: ['embeddings.cls_token'],
    distillation: ['embeddings.distillation_token'],
    registers: ['embeddings.register_tokens'],
  });
}

/** A block of ViT, and of BEiT with its layer scales. */
export function hfVitBlock(
  block: BlockView,
  epsilon: number,
  activation: Activation,
  bias: PositionBias | null = null,
): Block {
  const { weights, spec } = block;
  return {
    attention: attention(block, { output: HF_OUTPUT }, epsilon, bias),
    norm1: attentionNorm(block, epsilon),
    scale1: layerScale(block, ['lambda_1']),
    norm2: weights.norm(l10n.t('norm before the MLP'), ['layernorm_after'], spec.width, epsilon),
    mlp: plainMlp(
      weights,
      spec.width,
      ['intermediate.dense.weight', 'mlp.fc1.weight'],
      ['output.dense.weight', 'mlp.fc2.weight'],
      activation,
    ),
    scale2: layerScale(block, ['lambda_2']),
  };
}
