import { vitTitle } from '../titles.js';
import type { Family } from './family.js';
import { BEIT_EMBEDDING, BEIT_KNOWN, isBeit } from './timm-beit.js';
import { TIMM_FUSED_OWN_BIASES } from './timm-blocks.js';

/** SimMIM's vision transformer, before fine-tuning (with a decoder beside the encoder) or after it. */
export const simmim: Family = {
  id: 'simmim',
  towers: [
    {
      tower: 'vision',
      layouts: [TIMM_FUSED_OWN_BIASES],
      accepts: (stack) => isBeit(stack) && (stack.beside('decoder.0.weight') || stack.setting('config.MODEL.')),
      position: 'relative-bias',
      embedding: BEIT_EMBEDDING,
      known: BEIT_KNOWN,
      beside: ['decoder.*'],
      roots: ['encoder.'],
      title: (facts) => vitTitle('SimMIM', facts),
    },
  ],
};
