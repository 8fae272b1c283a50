import { vitTitle } from '../titles.js';
import type { Family } from './family.js';
import { ropeVitRotation, rotaryKind } from './rope-vit.js';
import { hasTimmEmbedding, TIMM_EMBEDDING, TIMM_FUSED, TIMM_KNOWN, TIMM_ROOTS } from './timm-blocks.js';

/** Vision transformers of timm with rotary positions: most of their tensors are those of others, and config.json names the architecture. */
export const timmRope: Family = {
  id: 'timm-rope',
  towers: [
    {
      tower: 'vision',
      layouts: [TIMM_FUSED],
      accepts: (stack) => rotaryKind(stack) !== null && hasTimmEmbedding(stack),
      position: 'rope',
      rotation: ropeVitRotation,
      embedding: TIMM_EMBEDDING,
      known: TIMM_KNOWN,
      roots: TIMM_ROOTS,
      title: (facts) => vitTitle('RoPE', facts),
    },
  ],
};
