import type { EmbeddingNames } from './family.js';
import type { Layout } from '../layout.js';

/** Blocks of Transformers' ViT and its relatives, as all versions write them to disk. */
export const HF_VIT_SAVED = {
  block: 'encoder.layer.{i}',
  attention: 'attention',
  weights: {
    query: 'attention.query.weight',
    key: 'attention.key.weight',
    value: 'attention.value.weight',
  },
  norm: { name: 'layernorm_before', kind: 'layer' },
  known: ['attention.output.dense', 'intermediate.dense', 'output.dense', 'layernorm_after'],
} as const satisfies Layout;

/** The same blocks under the names that Transformers 5 has in memory. */
export const HF_VIT_MEMORY = {
  block: 'layers.{i}',
  attention: 'attention',
  weights: { query: 'q_proj.weight', key: 'k_proj.weight', value: 'v_proj.weight' },
  norm: { name: 'layernorm_before', kind: 'layer' },
  known: ['attention.o_proj', 'mlp.fc1', 'mlp.fc2', 'layernorm_after'],
} as const satisfies Layout;

/** Names in front of the first block. */
export const HF_VIT_EMBEDDING: EmbeddingNames = {
  patch: ['embeddings.patch_embeddings.projection.weight'],
  class: ['embeddings.cls_token'],
  distillation: ['embeddings.distillation_token'],
  registers: ['embeddings.register_tokens'],
  positions: ['embeddings.position_embeddings'],
  biasTables: [],
};

/** Names around the blocks, and beside the model where it has a head for a task. */
export const HF_VIT_KNOWN = ['layernorm', 'pooler.dense', 'embeddings.mask_token'];
export const HF_VIT_BESIDE = [
  'classifier',
  'cls_classifier',
  'distillation_classifier',
  'decoder.*',
  'lm_head',
  'layernorm',
];
