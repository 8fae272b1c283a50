import * as l10n from '@vscode/l10n';
import type { ToldSize } from '../geometry.js';
import { vitTitle } from '../titles.js';
import type { Family, StackView } from './family.js';
import type { Layout } from '../layout.js';

/** Blocks of the original code and of timm. */
const BLOCK = {
  block: 'blocks.{i}',
  attention: 'attn',
  weights: { fused: 'qkv.weight' },
  norm: { name: 'norm1', kind: 'layer' },
  headNorms: ['q_norm', 'k_norm'],
  known: [
    ...['attn.proj', 'attn.rel_pos_h', 'attn.rel_pos_w', 'norm2', 'ls1.gamma', 'ls2.gamma', 'residual.*'],
    ...['mlp.lin1', 'mlp.lin2', 'mlp.fc1', 'mlp.fc2'],
  ],
} as const satisfies Layout;

const TRANSFORMERS: Layout = {
  ...BLOCK,
  block: 'layers.{i}',
  norm: { name: 'layer_norm1', kind: 'layer' },
  known: [...BLOCK.known, 'layer_norm2'],
};

/** ViTDet of Transformers. */
const VIT_DET: Layout = {
  ...BLOCK,
  block: 'encoder.layer.{i}',
  attention: 'attention',
  known: ['attention.proj', 'attention.rel_pos_h', 'attention.rel_pos_w', 'norm2', 'mlp.fc1', 'mlp.fc2', 'residual.*'],
};

const POSITIONS = ['pos_embed', 'embeddings.position_embeddings'];

/** More layers than any of these models has. */
const MAX_LAYERS = 100;

/** Where tables of ways down are, by the layer. */
const WAYS_DOWN = [BLOCK, VIT_DET].map(({ block, attention }) => `${block}.${attention}.rel_pos_h`);

/** Detectors keep the position table of a model that was trained before on smaller pictures; the layers that attend to all tokens have tables as long as theirs. */
function picturesOfDetector(stack: StackView, patch: number): ToldSize | null {
  if (POSITIONS.some((name) => stack.shape(name)?.length === 4)) return null;
  let longest = 0;
  for (let layer = 0; layer < MAX_LAYERS; layer++) {
    for (const name of WAYS_DOWN) {
      longest = Math.max(longest, stack.shape(name.replace('{i}', String(layer)))?.[0] ?? 0);
    }
  }
  const side = ((longest + 1) / 2) * patch;
  if (longest === 0 || !Number.isInteger(side)) return null;
  const assumed = l10n.t(
    'Pictures of {0} x {0} pixels: the longest tables of ways between patches are for so many. A position table may be of an earlier training.',
    side,
  );
  return { size: [side, side], assumed };
}

/**
 * The image encoder of Segment Anything (arXiv 2304.02643), and what detectors make of a ViT in the same way (arXiv 2203.16527): most
 * layers attend in windows, with a bias that the query makes out of its way to the key.
 */
export const sam: Family = {
  id: 'sam',
  towers: [
    {
      tower: 'vision',
      layouts: [BLOCK, TRANSFORMERS, VIT_DET],
      accepts: (stack) => stack.inAttention('rel_pos_h') && stack.inAttention('rel_pos_w'),
      position: 'relative-bias',
      windowed: true,
      pictures: picturesOfDetector,
      embedding: {
        patch: ['patch_embed.proj.weight', 'patch_embed.projection.weight', 'embeddings.projection.weight'],
        class: [],
        distillation: [],
        registers: [],
        positions: POSITIONS,
        biasTables: [],
      },
      known: ['patch_embed.*', 'norm_pre', 'neck', 'neck.*', 'norm', 'head.*'],
      beside: ['prompt_encoder.*', 'mask_decoder.*', 'shared_image_embedding.*'],
      roots: ['image_encoder.', 'vision_encoder.', 'backbone.'],
      title: (facts) => vitTitle('SAM', facts),
    },
  ],
};
