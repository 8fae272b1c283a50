import type { EmbeddingNames } from './family.js';
import type { Layout } from '../layout.js';

/** Blocks of CLIP and its relatives in Transformers. */
export const HF_CLIP_BLOCK: Layout = {
  block: 'encoder.layers.{i}',
  attention: 'self_attn',
  weights: { query: 'q_proj.weight', key: 'k_proj.weight', value: 'v_proj.weight' },
  norm: { name: 'layer_norm1', kind: 'layer' },
  known: ['self_attn.out_proj', 'self_attn.o_proj', 'layer_norm2', 'mlp.fc1', 'mlp.fc2'],
};

/** Names in front of the first block of a vision tower. */
export const HF_CLIP_EMBEDDING: EmbeddingNames = {
  patch: ['embeddings.patch_embedding.weight'],
  class: ['embeddings.class_embedding'],
  distillation: [],
  registers: [],
  positions: ['embeddings.position_embedding.weight'],
  biasTables: [],
};

/** Names around the blocks of a text tower. */
export const HF_CLIP_TEXT_KNOWN = [
  'embeddings.token_embedding',
  'embeddings.position_embedding',
  'embeddings.position_ids',
  'final_layer_norm',
];
