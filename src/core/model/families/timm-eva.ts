import { vitTitle } from '../titles.js';
import type { Family } from './family.js';
import { hasTimmEmbedding, TIMM_EMBEDDING, TIMM_FUSED_OWN_BIASES, TIMM_KNOWN, TIMM_ROOTS } from './timm-blocks.js';

/** EVA of timm, without key bias; timm builds its vision transformers with rotary positions from the same blocks. */
export const timmEva: Family = {
  id: 'timm-eva',
  towers: [
    {
      tower: 'vision',
      layouts: [TIMM_FUSED_OWN_BIASES],
      accepts: (stack) => stack.inAttention('q_bias') && hasTimmEmbedding(stack),
      position: (stack) => (stack.has('pos_embed') ? 'absolute' : 'rope'),
      embedding: TIMM_EMBEDDING,
      known: TIMM_KNOWN,
      roots: TIMM_ROOTS,
      title: (facts) => vitTitle('EVA', facts),
    },
  ],
};
