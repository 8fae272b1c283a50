import { vitTitle } from '../titles.js';
import type { Family, StackView } from './family.js';
import { HF_VIT_BESIDE, HF_VIT_EMBEDDING, HF_VIT_KNOWN, HF_VIT_MEMORY, HF_VIT_SAVED } from './hf-vit-blocks.js';

/** Where tables of relative position biases stand: in each attention module by the names of both versions, or once for all. */
const OWN_TABLES = [
  'attention.relative_position_bias.relative_position_bias_table',
  'relative_position_bias.relative_position_bias_table',
];
const SHARED_TABLES = [
  'encoder.relative_position_bias.relative_position_bias_table',
  'shared_position_bias.relative_position_bias_table',
];

const BLOCK = [
  'lambda_1',
  'lambda_2',
  'attention.attention.relative_position_bias.*',
  'attention.relative_position_bias.*',
];

const hasTable = (stack: StackView): boolean =>
  OWN_TABLES.some((name) => stack.inAttention(name)) || SHARED_TABLES.some((name) => stack.has(name));

/** BEiT (and Data2Vec for pictures) of Transformers: no key bias, relative position biases. */
export const hfBeit: Family = {
  id: 'hf-beit',
  towers: [
    {
      tower: 'vision',
      layouts: [
        { ...HF_VIT_SAVED, known: [...HF_VIT_SAVED.known, ...BLOCK] },
        { ...HF_VIT_MEMORY, known: [...HF_VIT_MEMORY.known, ...BLOCK] },
      ],
      accepts: (stack) => hasTable(stack) || (stack.inBlock('lambda_1') && stack.has('embeddings.cls_token')),
      position: (stack) => (hasTable(stack) ? 'relative-bias' : 'absolute'),
      embedding: { ...HF_VIT_EMBEDDING, biasTables: [...SHARED_TABLES, ...OWN_TABLES] },
      known: [...HF_VIT_KNOWN, 'pooler.layernorm', 'encoder.relative_position_bias.*', 'shared_position_bias.*'],
      beside: [...HF_VIT_BESIDE, 'decode_head.*', 'auxiliary_head.*', 'fpn1.*', 'fpn2.*'],
      roots: ['beit.', 'data2vec_vision.'],
      title: (facts) => vitTitle('BEiT', facts),
    },
  ],
};
