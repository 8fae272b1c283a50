import { vitTitle } from '../titles.js';
import type { Layout } from '../layout.js';
import type { Family } from './family.js';
import { dinov3Rotation } from './grid-rotations.js';
import { TIMM_EMBEDDING, TIMM_FUSED, TIMM_KNOWN } from './timm-blocks.js';

const SAVED = {
  ...TIMM_FUSED,
  keyBiasMask: 'qkv.bias_mask',
  known: [...TIMM_FUSED.known, 'mlp.w1', 'mlp.w2', 'mlp.w3'],
} as const satisfies Layout;

/** DINOv3 of its own repository and of timm: rotary positions, and no key bias in effect. */
export const dinov3: Family = {
  id: 'dinov3',
  towers: [
    {
      tower: 'vision',
      layouts: [
        SAVED,
        // Sapiens 2 in timm, whose heads share keys in some layers.
        { ...SAVED, weights: { query: 'q_proj.weight', key: 'k_proj.weight', value: 'v_proj.weight' } },
      ],
      accepts: (stack) =>
        !stack.has('pos_embed') &&
        (stack.has('storage_tokens') ||
          stack.has('rope_embed.periods') ||
          (stack.has('reg_token') && stack.has('cls_token') && stack.inBlock('gamma_1'))),
      position: 'rope',
      rotation: dinov3Rotation,
      embedding: { ...TIMM_EMBEDDING, registers: ['storage_tokens', 'reg_token'] },
      known: [...TIMM_KNOWN, 'rope_embed.*', 'cls_norm', 'local_cls_norm'],
      beside: ['dino_head.*', 'ibot_head.*'],
      usualHeads: new Map([[1280, 20]]),
      title: (facts) => vitTitle('DINOv3', facts),
    },
  ],
};
