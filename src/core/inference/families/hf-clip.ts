import * as l10n from '@vscode/l10n';
import type { Activation, AttentionPooling, Block } from '../forward.js';
import type { BlockView, Describe, ForwardView } from '../forward-view.js';
import { attention, attentionNorm, classifier, patchEmbedding, plainMlp, prefixTokens } from '../parts.js';
import { positionTable } from '../positions.js';

/** The vision tower of CLIP of Transformers. */
export const hfClip: Describe = (view) => {
  const { root, around, facts, width } = view;
  const epsilon = facts.epsilon(1e-5);
  const activation = facts.activation('gelu-quick');
  const prefix = prefixTokens(view, { class: ['embeddings.class_embedding'] });
  return {
    patches: patchEmbedding(view, ['embeddings.patch_embedding.weight']),
    prefix,
    positions: positionTable(view, ['embeddings.position_embedding.weight'], prefix, 'bicubic'),
    rotation: null,
    // The library's own spelling.
    preNorm: root.norm(l10n.t('norm before the blocks'), ['pre_layrnorm'], width, epsilon),
    blocks: view.blocks.map((block) => clipBlock(block, epsilon, activation)),
    norm: null,
    pooling: 'class',
    poolNorm: root.norm(l10n.t('norm of the pooled token'), ['post_layernorm'], width, epsilon),
    embedding: around.has('visual_projection.weight')
      ? around.linear('projection', ['visual_projection.weight'], { inputs: width })
      : null,
    classifiers: classifier(around, ['classifier.weight'], width, 'patch-mean'),
  };
};

/** The vision tower of SigLIP of Transformers. */
export const hfSiglip: Describe = (view) => {
  const { root, around, facts, width } = view;
  const epsilon = facts.epsilon(1e-6);
  const activation = facts.activation('gelu-tanh');
  return {
    patches: patchEmbedding(view, ['embeddings.patch_embedding.weight']),
    prefix: [],
    positions: positionTable(view, ['embeddings.position_embedding.weight'], [], 'bicubic'),
    rotation: null,
    preNorm: null,
    blocks: view.blocks.map((block) => clipBlock(block, epsilon, activation)),
    norm: root.norm(l10n.t('final norm'), ['post_layernorm'], width, epsilon),
    pooling: root.has('head.probe') ? siglipPooling(view, epsilon, activation) : 'patch-mean',
    poolNorm: null,
    embedding: null,
    classifiers: classifier(around, ['classifier.weight'], width, 'patch-mean'),
  };
};

function clipBlock(block: BlockView, epsilon: number, activation: Activation): Block {
  const { weights, spec } = block;
  return {
    attention: attention(block, { output: ['out_proj.weight', 'o_proj.weight'] }, epsilon),
    norm1: attentionNorm(block, epsilon),
    scale1: null,
    norm2: weights.norm(l10n.t('norm before the MLP'), ['layer_norm2'], spec.width, epsilon),
    mlp: plainMlp(weights, spec.width, ['mlp.fc1.weight'], ['mlp.fc2.weight'], activation),
    scale2: null,
  };
}

function siglipPooling(
  { root, width, blocks }: ForwardView,
  epsilon: number,
  activation: Activation,
): AttentionPooling {
  const part = l10n.t('attention pooling');
  const all = root.linear(part, ['head.attention.in_proj_weight'], { outputs: 3 * width, inputs: width });
  return {
    probe: root.table(part, ['head.probe'], { rows: 1, columns: width }),
    query: root.rows(all, 0, width),
    key: root.rows(all, width, width),
    value: root.rows(all, 2 * width, width),
    output: root.linear(part, ['head.attention.out_proj.weight'], { outputs: width, inputs: width }),
    heads: blocks[0]?.spec.heads ?? 1,
    norm: root.norm(part, ['head.layernorm'], width, epsilon),
    mlp: plainMlp(root, width, ['head.mlp.fc1.weight'], ['head.mlp.fc2.weight'], activation),
  };
}
