import { swinTitle } from '../titles.js';
import type { Family } from './family.js';
import type { Layout } from '../layout.js';
import { SWIN_EMBEDDING } from './timm-swin.js';

const SAVED = {
  block: 'encoder.layers.{s}.blocks.{i}',
  attention: 'attention',
  weights: { query: 'self.query.weight', key: 'self.key.weight', value: 'self.value.weight' },
  norm: { name: 'layernorm_before', kind: 'layer' },
  known: [
    'attention.self.relative_position_bias_table',
    'attention.self.relative_position_index',
    'attention.output.dense',
    'intermediate.dense',
    'output.dense',
    'layernorm_after',
  ],
} as const satisfies Layout;

const MEMORY: Layout = {
  ...SAVED,
  weights: { query: 'q_proj.weight', key: 'k_proj.weight', value: 'v_proj.weight' },
  known: ['attention.relative_position_bias.*', 'attention.o_proj', 'mlp.fc1', 'mlp.fc2', 'layernorm_after'],
};

/** Swin V2 norms what comes out of the attention, so that no norm feeds it. */
const V2: Layout = {
  ...SAVED,
  norm: null,
  known: [
    ...SAVED.known,
    'layernorm_before',
    'attention.self.logit_scale',
    'attention.self.continuous_position_bias_mlp.*',
    'attention.self.relative_coords_table',
  ],
};

const KNOWN = ['embeddings.norm', 'embeddings.mask_token', 'encoder.layers.*', 'layernorm'];
const BESIDE = ['classifier', 'decoder.*'];

/** Swin and Swin V2 of Transformers. */
export const hfSwin: Family = {
  id: 'hf-swin',
  towers: [
    {
      tower: 'vision',
      layouts: [SAVED, MEMORY],
      accepts: (stack) =>
        stack.inAttention('self.relative_position_bias_table') ||
        stack.inAttention('relative_position_bias.relative_position_bias_table'),
      position: 'relative-bias',
      windowed: true,
      embedding: SWIN_EMBEDDING,
      known: KNOWN,
      beside: BESIDE,
      roots: ['swin.'],
      title: (facts) => swinTitle('Swin', facts),
    },
    {
      tower: 'vision',
      layouts: [V2],
      accepts: (stack) => stack.inAttention('self.logit_scale'),
      position: 'relative-bias',
      windowed: true,
      cosine: true,
      embedding: SWIN_EMBEDDING,
      known: KNOWN,
      beside: BESIDE,
      roots: ['swinv2.'],
      title: (facts) => swinTitle('Swin V2', facts),
    },
  ],
};
