import * as l10n from '@vscode/l10n';
import type { Describe } from '../forward-view.js';
import { knownRotation } from '../known-rotation.js';
import { classifier, patchEmbedding, prefixTokens } from '../parts.js';
import { positionTable } from '../positions.js';
import { dinov3, isDinov3 } from './dinov3.js';
import { timmBlock, timmPooling } from './timm.js';

/** EVA and EVA02 of timm and of EVA-CLIP; timm's DINOv3 with biases has the same names. */
export const eva: Describe = (view) => {
  const { root, facts, width } = view;
  if (isDinov3(view)) return dinov3(view);
  const epsilon = facts.epsilon(1e-6);
  const prefix = prefixTokens(view, { class: ['cls_token'], registers: ['reg_token'] });
  const blocks = view.blocks.map((block) => timmBlock(block, epsilon, 'gelu'));
  // EVA's MLPs are plain and its positions absolute; EVA02's are gated, and it turns queries and keys too.
  const turns = !root.has('pos_embed') || blocks.some(({ mlp }) => mlp.gate !== null);
  return {
    patches: patchEmbedding(view, ['patch_embed.proj.weight']),
    prefix,
    positions: positionTable(view, ['pos_embed'], prefix, 'bicubic-antialias'),
    rotation: turns ? knownRotation(view) : null,
    preNorm: root.optionalNorm(l10n.t('norm before the blocks'), ['norm_pre'], width, epsilon),
    blocks,
    norm: root.optionalNorm(l10n.t('final norm'), ['norm'], width, epsilon),
    pooling: timmPooling(view, epsilon, 'gelu', 'class'),
    poolNorm: root.optionalNorm(l10n.t('norm of the pooled tokens'), ['fc_norm'], width, epsilon),
    embedding: null,
    classifiers: classifier(root, ['head.weight'], width, 'pooled'),
  };
};
