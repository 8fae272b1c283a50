import * as l10n from '@vscode/l10n';
import type { Describe } from '../forward-view.js';
import { attention, attentionNorm, classifier, patchEmbedding, plainMlp, prefixTokens } from '../parts.js';
import { positionTable } from '../positions.js';

/** torchvision's VisionTransformer. */
export const torchvision: Describe = (view) => {
  const { root, facts, width } = view;
  const epsilon = facts.epsilon(1e-6);
  const prefix = prefixTokens(view, { class: ['class_token'] });
  return {
    patches: patchEmbedding(view, ['conv_proj.weight']),
    prefix,
    positions: positionTable(view, ['encoder.pos_embedding'], prefix, 'bicubic'),
    rotation: null,
    preNorm: null,
    blocks: view.blocks.map((block) => ({
      attention: attention(block, { output: ['out_proj.weight'] }, epsilon),
      norm1: attentionNorm(block, epsilon),
      scale1: null,
      norm2: block.weights.norm(l10n.t('norm before the MLP'), ['ln_2'], width, epsilon),
      mlp: plainMlp(
        block.weights,
        width,
        ['mlp.0.weight', 'mlp.linear_1.weight'],
        ['mlp.3.weight', 'mlp.linear_2.weight'],
        'gelu',
      ),
      scale2: null,
    })),
    norm: root.norm(l10n.t('final norm'), ['encoder.ln'], width, epsilon),
    pooling: 'class',
    poolNorm: null,
    embedding: null,
    classifiers: classifier(root, ['heads.head.weight', 'heads.0.weight'], width, 'pooled'),
  };
};
