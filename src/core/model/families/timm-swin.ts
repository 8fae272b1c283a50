import { swinTitle } from '../titles.js';
import type { EmbeddingNames, Family } from './family.js';
import type { Layout } from '../layout.js';

/** Swin has no tokens but patches, and its tables are for windows, not for the picture. */
export const SWIN_EMBEDDING: EmbeddingNames = {
  patch: ['patch_embed.proj.weight', 'features.0.0.weight', 'embeddings.patch_embeddings.projection.weight'],
  class: [],
  distillation: [],
  registers: [],
  positions: ['absolute_pos_embed'],
  biasTables: [],
  windowMasks: ['layers.0.blocks.1.attn_mask'],
};

/** Swin's names around the blocks. */
export const SWIN_KNOWN = ['patch_embed.norm', 'layers.*', 'features.*', 'norm', 'head', 'head.fc', 'mask_token'];

/** Blocks of timm and of Swin's own repository, numbered in each stage. */
export const SWIN_BLOCK = {
  block: 'layers.{s}.blocks.{i}',
  attention: 'attn',
  weights: { fused: 'qkv.weight' },
  norm: { name: 'norm1', kind: 'layer' },
  known: [
    'attn.relative_position_bias_table',
    'attn.relative_position_index',
    'attn.proj',
    'attn_mask',
    'norm2',
    'mlp.fc1',
    'mlp.fc2',
  ],
} as const satisfies Layout;

const TORCHVISION_BLOCK: Layout = {
  ...SWIN_BLOCK,
  block: 'features.{s}.{i}',
  known: [...SWIN_BLOCK.known, 'mlp.0', 'mlp.3'],
};

/** Swin: attention in windows, stages of growing width. */
export const timmSwin: Family = {
  id: 'timm-swin',
  towers: [
    {
      tower: 'vision',
      layouts: [SWIN_BLOCK, TORCHVISION_BLOCK],
      accepts: (stack) => stack.inAttention('relative_position_bias_table'),
      position: 'relative-bias',
      windowed: true,
      embedding: SWIN_EMBEDDING,
      known: SWIN_KNOWN,
      beside: ['decoder.*'],
      title: (facts) => swinTitle('Swin', facts),
    },
  ],
};
