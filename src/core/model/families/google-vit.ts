import * as l10n from '@vscode/l10n';
import { vitTitle } from '../titles.js';
import type { Family } from './family.js';
import type { Layout } from '../layout.js';

/** Blocks of google-research/vision_transformer, whose parts Flax numbered over all classes. */
const ORIGINAL = {
  block: 'Transformer.encoderblock_{i}',
  attention: 'MultiHeadDotProductAttention_1',
  weights: { query: 'query.weight', key: 'key.weight', value: 'value.weight' },
  norm: { name: 'LayerNorm_0', kind: 'layer' },
  known: ['MultiHeadDotProductAttention_1.out', 'LayerNorm_2', 'MlpBlock_3.Dense_0', 'MlpBlock_3.Dense_1'],
} as const satisfies Layout;

/** The same in big_vision, where each class is numbered on its own. */
const BIG_VISION: Layout = {
  ...ORIGINAL,
  attention: 'MultiHeadDotProductAttention_0',
  known: ['MultiHeadDotProductAttention_0.out', 'LayerNorm_1', 'MlpBlock_0.Dense_0', 'MlpBlock_0.Dense_1'],
};

/** ViT of google-research/vision_transformer and big_vision, in JAX. */
export const googleVit: Family = {
  id: 'google-vit',
  towers: [
    {
      tower: 'vision',
      layouts: [ORIGINAL, BIG_VISION],
      accepts: (stack) => stack.has('embedding.weight'),
      position: 'absolute',
      embedding: {
        patch: ['embedding.weight'],
        class: ['cls'],
        distillation: [],
        registers: [],
        positions: ['Transformer.posembed_input.pos_embedding', 'pos_embedding'],
        biasTables: [],
      },
      known: ['Transformer.encoder_norm', 'head', 'pre_logits', 'MAPHead_0.*'],
      roots: ['params.', 'params.img.', 'img.'],
      title: (facts) => vitTitle('', facts),
    },
    {
      tower: 'text',
      layouts: [
        {
          ...BIG_VISION,
          block: 'Encoder_0.encoderblock_{i}',
        },
      ],
      accepts: (stack) => stack.has('Embed_0.weight'),
      position: 'absolute',
      embedding: null,
      known: ['Embed_0', 'pos_embedding', 'Encoder_0.encoder_norm', 'head'],
      beside: ['t', 'b'],
      roots: ['params.txt.', 'txt.'],
      title: (facts) => vitTitle('SigLIP', facts, l10n.t('text tower')),
    },
  ],
};
