import { vitTitle } from '../titles.js';
import type { Family } from './family.js';
import { hasTimmEmbedding, TIMM_EMBEDDING, TIMM_FUSED, TIMM_KNOWN } from './timm-blocks.js';

/** Last layers of DINO's projection head: what tells a training file from a plain vision transformer. */
const LAST_LAYERS = ['weight_v', 'weight', 'parametrizations.weight.original1'].map(
  (name) => `head.last_layer.${name}`,
);

/** DINO (and iBOT) training files: a vision transformer with a projection head. */
export const dino: Family = {
  id: 'dino',
  towers: [
    {
      tower: 'vision',
      layouts: [TIMM_FUSED],
      accepts: (stack) => hasTimmEmbedding(stack) && LAST_LAYERS.some((name) => stack.beside(name)),
      position: 'absolute',
      embedding: TIMM_EMBEDDING,
      known: [...TIMM_KNOWN, 'masked_embed'],
      beside: ['head.*'],
      title: (facts) => vitTitle('DINO', facts),
    },
  ],
};
