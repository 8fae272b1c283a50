import { swinTitle } from '../titles.js';
import type { Family } from './family.js';
import type { Layout } from '../layout.js';
import { SWIN_BLOCK, SWIN_EMBEDDING, SWIN_KNOWN } from './timm-swin.js';

/** Swin V2 norms what comes out of the attention, so that no norm feeds it. */
const BLOCK: Layout = {
  ...SWIN_BLOCK,
  norm: null,
  biases: { query: 'q_bias', value: 'v_bias' },
  known: [
    ...SWIN_BLOCK.known,
    'norm1',
    'attn.logit_scale',
    'attn.cpb_mlp.*',
    'attn.relative_coords_table',
    'attn.k_bias',
  ],
};

/** Swin V2: cosines of query and key in place of their products. */
export const timmSwinV2: Family = {
  id: 'timm-swinv2',
  towers: [
    {
      tower: 'vision',
      layouts: [BLOCK],
      accepts: (stack) => stack.inAttention('logit_scale') && stack.inAttention('cpb_mlp.0.weight'),
      position: 'relative-bias',
      windowed: true,
      cosine: true,
      embedding: SWIN_EMBEDDING,
      known: SWIN_KNOWN,
      title: (facts) => swinTitle('Swin V2', facts),
    },
  ],
};
