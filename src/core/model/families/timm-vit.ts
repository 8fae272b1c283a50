import { vitTitle, withRegisters } from '../titles.js';
import type { Family } from './family.js';
import { hasTimmEmbedding, TIMM_EMBEDDING, TIMM_FUSED, TIMM_KNOWN, TIMM_ROOTS } from './timm-blocks.js';

/** timm's VisionTransformer, with or without registers, layer scales and query-key norms. */
export const timmVit: Family = {
  id: 'timm-vit',
  towers: [
    {
      tower: 'vision',
      layouts: [TIMM_FUSED],
      accepts: hasTimmEmbedding,
      position: (stack) => (stack.has('pos_embed') || stack.has('embeds.pos_embed') ? 'absolute' : 'unknown'),
      embedding: TIMM_EMBEDDING,
      known: TIMM_KNOWN,
      roots: TIMM_ROOTS,
      title: (facts) => vitTitle('', facts, withRegisters(facts)),
    },
  ],
};
