import type { EmbeddingNames, StackView } from './family.js';
import type { Layout } from '../layout.js';

/** Parts of a timm block beside its attention. */
const TIMM_BLOCK = [
  'attn.proj',
  'attn.norm',
  'norm2',
  'mlp.fc1',
  'mlp.fc1_g',
  'mlp.fc1_x',
  'mlp.fc2',
  'mlp.norm',
  'ls1.gamma',
  'ls2.gamma',
  'gamma_1',
  'gamma_2',
];

/** Blocks of timm's VisionTransformer, as most research code writes them too. */
export const TIMM_FUSED = {
  block: 'blocks.{i}',
  attention: 'attn',
  weights: { fused: 'qkv.weight' },
  norm: { name: 'norm1', kind: 'either' },
  headNorms: ['q_norm', 'k_norm'],
  known: TIMM_BLOCK,
} as const satisfies Layout;

/** The same with biases for query and value only, which stand beside a bias-free `qkv`. */
export const TIMM_FUSED_OWN_BIASES = {
  ...TIMM_FUSED,
  biases: { query: 'q_bias', key: 'k_bias', value: 'v_bias' },
  known: [
    ...TIMM_BLOCK,
    'attn.relative_position_bias_table',
    'attn.relative_position_index',
    'attn.rope.*',
    'attn.inner_attn_ln',
  ],
} as const satisfies Layout;

/** Names in front of the first block in timm. */
export const TIMM_EMBEDDING: EmbeddingNames = {
  patch: ['patch_embed.proj.weight', 'embeds.proj.weight'],
  class: ['cls_token', 'embeds.cls_token'],
  distillation: ['dist_token'],
  registers: ['reg_token', 'embeds.reg_token'],
  positions: ['pos_embed', 'embeds.pos_embed'],
  biasTables: [],
};

/** Names around the blocks in timm. */
export const TIMM_KNOWN = [
  'patch_embed.*',
  'norm',
  'norm_pre',
  'fc_norm',
  'head',
  'head.*',
  'head_dist',
  'pre_logits.*',
  'attn_pool.*',
  'mask_token',
  'rope.*',
];

/** Ends of the root under which other libraries keep a timm model. */
export const TIMM_ROOTS = ['visual.trunk.', 'visual.'];

/** True when something of a vision transformer stands in front of the blocks. */
export function hasTimmEmbedding(stack: StackView): boolean {
  return [...TIMM_EMBEDDING.patch, ...TIMM_EMBEDDING.class, ...TIMM_EMBEDDING.positions].some((name) =>
    stack.has(name),
  );
}
