import { vitTitle } from '../titles.js';
import type { Family } from './family.js';
import { hfDinov3Rotation } from './grid-rotations.js';
import type { Layout } from '../layout.js';

const SAVED: Layout = {
  block: 'layer.{i}',
  attention: 'attention',
  weights: { query: 'q_proj.weight', key: 'k_proj.weight', value: 'v_proj.weight' },
  norm: { name: 'norm1', kind: 'layer' },
  known: [
    'attention.o_proj',
    'norm2',
    'layer_scale1.lambda1',
    'layer_scale2.lambda1',
    'mlp.up_proj',
    'mlp.down_proj',
    'mlp.gate_proj',
  ],
};

/** DINOv3's vision transformer of Transformers; Transformers 5 has a `model.` in front of the layers in memory. */
export const hfDinov3: Family = {
  id: 'hf-dinov3',
  towers: [
    {
      tower: 'vision',
      layouts: [{ ...SAVED, block: 'model.layer.{i}' }, SAVED],
      accepts: (stack) => stack.has('embeddings.patch_embeddings.weight'),
      position: 'rope',
      rotation: hfDinov3Rotation,
      embedding: {
        patch: ['embeddings.patch_embeddings.weight'],
        class: ['embeddings.cls_token'],
        distillation: [],
        registers: ['embeddings.register_tokens'],
        positions: [],
        biasTables: [],
      },
      known: ['norm', 'embeddings.mask_token', 'rope_embeddings.*'],
      beside: ['classifier'],
      roots: ['dinov3_vit.', 'dinov3.'],
      usualHeads: new Map([[1280, 20]]),
      title: (facts) => vitTitle('DINOv3', facts),
    },
  ],
};
