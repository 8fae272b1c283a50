import { vitTitle } from '../titles.js';
import type { Family } from './family.js';
import type { Layout } from '../layout.js';

/** Blocks of the original code and of timm. */
const BLOCK = {
  block: 'blocks.{i}',
  attention: 'attn',
  weights: { fused: 'qkv.weight' },
  norm: { name: 'norm1', kind: 'layer' },
  headNorms: ['q_norm', 'k_norm'],
  known: [
    ...['attn.proj', 'attn.rel_pos_h', 'attn.rel_pos_w', 'norm2', 'ls1', 'ls2'],
    ...['mlp.lin1', 'mlp.lin2', 'mlp.fc1', 'mlp.fc2'],
  ],
} as const satisfies Layout;

const TRANSFORMERS: Layout = {
  ...BLOCK,
  block: 'layers.{i}',
  norm: { name: 'layer_norm1', kind: 'layer' },
  known: [...BLOCK.known, 'layer_norm2'],
};

/**
 * The image encoder of Segment Anything (arXiv 2304.02643), and what detectors make of a ViT in the same way (arXiv 2203.16527): most
 * layers attend in windows, with a bias that the query makes out of its way to the key.
 */
export const sam: Family = {
  id: 'sam',
  towers: [
    {
      tower: 'vision',
      layouts: [BLOCK, TRANSFORMERS],
      accepts: (stack) => stack.inAttention('rel_pos_h') && stack.inAttention('rel_pos_w'),
      position: 'relative-bias',
      windowed: true,
      embedding: {
        patch: ['patch_embed.proj.weight', 'patch_embed.projection.weight'],
        class: [],
        distillation: [],
        registers: [],
        positions: ['pos_embed'],
        biasTables: [],
      },
      known: ['patch_embed.*', 'norm_pre', 'neck', 'neck.*', 'norm', 'head.*'],
      beside: ['prompt_encoder.*', 'mask_decoder.*', 'shared_image_embedding.*'],
      roots: ['image_encoder.', 'vision_encoder.'],
      title: (facts) => vitTitle('SAM', facts),
    },
  ],
};
