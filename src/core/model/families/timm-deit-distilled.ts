import { vitTitle } from '../titles.js';
import type { Family } from './family.js';
import { TIMM_EMBEDDING, TIMM_FUSED, TIMM_KNOWN } from './timm-blocks.js';

/** DeiT with a distillation token, as timm and its own repository write it. */
export const timmDeitDistilled: Family = {
  id: 'timm-deit-distilled',
  towers: [
    {
      tower: 'vision',
      layouts: [TIMM_FUSED],
      accepts: (stack) => stack.has('dist_token'),
      position: 'absolute',
      embedding: TIMM_EMBEDDING,
      known: TIMM_KNOWN,
      title: (facts) => vitTitle('DeiT', facts),
    },
  ],
};
