import * as l10n from '@vscode/l10n';
import type { Block } from '../forward.js';
import type { Describe } from '../forward-view.js';
import { classifier, patchEmbedding } from '../parts.js';
import { HF_PATCHES, HF_POSITIONS, hfVitBlock } from './hf-vit.js';
import { swinV2 } from './swin-v2.js';
import { mergingBefore, refusePositions, windowBias, type WindowHabits, windowsOf } from './swin.js';

/** Epsilon of the norms of patches and of their merging, which no configuration changes. */
const STEM_EPSILON = 1e-5;

const HABITS: WindowHabits = { fill: 'before-shift', unmoved: 'both', larger: 'refused' };

/** Swin and Swin V2 of Transformers. */
export const hfSwin: Describe = (view) => {
  const { root, around, model, facts, width } = view;
  if (view.blocks[0]?.attention.has('self.logit_scale') === true) return swinV2(view);
  const epsilon = facts.epsilon(1e-5);
  const activation = facts.activation('gelu');
  const lastWidth = model.layers.at(-1)?.width ?? width;
  refusePositions(view, HF_POSITIONS);
  return {
    patches: patchEmbedding(view, HF_PATCHES),
    prefix: [],
    positions: null,
    rotation: null,
    preNorm: root.optionalNorm(l10n.t('norm of the patches'), ['embeddings.norm'], width, STEM_EPSILON),
    blocks: view.blocks.map((block, index): Block => {
      const names = [
        'self.relative_position_bias_table',
        'relative_position_bias.relative_position_bias_table',
      ] as const;
      const bias = windowBias(block, names);
      const own = hfVitBlock(block, epsilon, activation, bias);
      const merging = mergingBefore(view, index, (_, last) => `encoder.layers.${last}.downsample`, STEM_EPSILON);
      return {
        ...own,
        attention: { ...own.attention, windows: windowsOf(block, bias.grid[0], HABITS) },
        ...(merging === null ? {} : { merging }),
      };
    }),
    norm: root.optionalNorm(l10n.t('final norm'), ['layernorm'], lastWidth, epsilon),
    pooling: 'patch-mean',
    poolNorm: null,
    embedding: null,
    classifiers: classifier(around, ['classifier.weight'], lastWidth, 'pooled'),
  };
};
