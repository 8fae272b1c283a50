import { vitTitle, withRegisters } from '../titles.js';
import type { Family } from './family.js';
import { TIMM_EMBEDDING, TIMM_FUSED, TIMM_KNOWN } from './timm-blocks.js';

/** Released and training files of DINOv2's own repository; training keeps its blocks in chunks. */
export const dinov2: Family = {
  id: 'dinov2',
  towers: [
    {
      tower: 'vision',
      layouts: [
        { ...TIMM_FUSED, known: [...TIMM_FUSED.known, 'mlp.w12', 'mlp.w3'] },
        { ...TIMM_FUSED, block: 'blocks.{s}.{i}', known: [...TIMM_FUSED.known, 'mlp.w12', 'mlp.w3'] },
      ],
      accepts: (stack) => stack.has('mask_token') && stack.has('pos_embed') && stack.inBlock('ls1.gamma'),
      position: 'absolute',
      embedding: { ...TIMM_EMBEDDING, registers: ['register_tokens'] },
      known: TIMM_KNOWN,
      beside: ['dino_head.*', 'ibot_head.*', 'linear_head'],
      title: (facts) => vitTitle('DINOv2', facts, withRegisters(facts)),
    },
  ],
};
