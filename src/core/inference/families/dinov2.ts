import * as l10n from '@vscode/l10n';
import type { Describe } from '../forward-view.js';
import { classifier, patchEmbedding, prefixTokens } from '../parts.js';
import { positionTable } from '../positions.js';
import { timmBlock } from './timm.js';

/** DINOv2 of its own repository. Models with registers were made with other settings for the interpolation of positions. */
export const dinov2: Describe = (view) => {
  const { root, around, facts, width } = view;
  const epsilon = facts.epsilon(1e-6);
  const prefix = prefixTokens(view, { class: ['cls_token'], registers: ['register_tokens'] });
  const withRegisters = root.has('register_tokens');
  return {
    patches: patchEmbedding(view, ['patch_embed.proj.weight']),
    prefix,
    positions: withRegisters
      ? positionTable(view, ['pos_embed'], prefix, 'bicubic-antialias')
      : positionTable(view, ['pos_embed'], prefix, 'bicubic', 0.1),
    rotation: null,
    preNorm: null,
    blocks: view.blocks.map((block) => timmBlock(block, epsilon, 'gelu')),
    norm: root.norm(l10n.t('final norm'), ['norm'], width, epsilon),
    pooling: 'class',
    poolNorm: null,
    embedding: null,
    classifiers: classifier(around, ['linear_head.weight'], width, 'class-and-patch-mean'),
  };
};
