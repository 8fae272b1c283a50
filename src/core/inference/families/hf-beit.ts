import * as l10n from '@vscode/l10n';
import type { Describe } from '../forward-view.js';
import { classifier, patchEmbedding } from '../parts.js';
import { positionBias, positionTable } from '../positions.js';
import { HF_PATCHES, HF_POSITIONS, hfPrefix, hfVitBlock } from './hf-vit.js';

const TABLE = 'relative_position_bias.relative_position_bias_table';

/** BEiT and Data2Vec of Transformers. */
export const hfBeit: Describe = (view) => {
  const { root, around, facts, width } = view;
  const epsilon = facts.epsilon(1e-12);
  const activation = facts.activation('gelu');
  const prefix = hfPrefix(view);
  const poolNorm = root.optionalNorm(l10n.t('norm of the pooled tokens'), ['pooler.layernorm'], width, epsilon);
  return {
    patches: patchEmbedding(view, HF_PATCHES),
    prefix,
    positions: positionTable(view, HF_POSITIONS, prefix, 'bicubic'),
    rotation: null,
    preNorm: null,
    blocks: view.blocks.map((block) => {
      const { heads } = block.spec;
      const bias =
        positionBias(view, block.attention, [`attention.${TABLE}`, TABLE], heads) ??
        positionBias(view, block.weights, [TABLE], heads) ??
        positionBias(view, root, [`encoder.${TABLE}`, 'shared_position_bias.relative_position_bias_table'], heads);
      return hfVitBlock(block, epsilon, activation, bias);
    }),
    norm: root.optionalNorm(l10n.t('final norm'), ['layernorm'], width, epsilon),
    pooling: poolNorm === null ? 'class' : 'patch-mean',
    poolNorm,
    embedding: null,
    classifiers: classifier(around, ['classifier.weight'], width, 'pooled'),
  };
};
