import * as l10n from '@vscode/l10n';
import type { Describe } from '../forward-view.js';
import { classifier, patchEmbedding, prefixTokens } from '../parts.js';
import { positionBias, positionTable } from '../positions.js';
import { timmBlock, timmPooling } from './timm.js';

/** BEiT of timm and of its own repository, and SimMIM. */
export const beit: Describe = (view) => {
  const { root, facts, width } = view;
  const epsilon = facts.epsilon(1e-6);
  const prefix = prefixTokens(view, { class: ['cls_token'] });
  return {
    patches: patchEmbedding(view, ['patch_embed.proj.weight']),
    prefix,
    positions: positionTable(view, ['pos_embed'], prefix, 'bicubic-antialias'),
    rotation: null,
    preNorm: null,
    blocks: view.blocks.map((block) => {
      const { heads } = block.spec;
      const bias =
        positionBias(view, block.attention, ['relative_position_bias_table'], heads) ??
        positionBias(view, root, ['rel_pos_bias.relative_position_bias_table'], heads);
      return timmBlock(block, epsilon, 'gelu', bias);
    }),
    norm: root.optionalNorm(l10n.t('final norm'), ['norm'], width, epsilon),
    pooling: timmPooling(view, epsilon, 'gelu', 'class'),
    poolNorm: root.optionalNorm(l10n.t('norm of the pooled tokens'), ['fc_norm'], width, epsilon),
    embedding: null,
    classifiers: classifier(root, ['head.weight'], width, 'pooled'),
  };
};
