import { vitTitle } from '../titles.js';
import type { Family } from './family.js';
import { evaRotation } from './grid-rotations.js';
import type { Layout } from '../layout.js';
import { TIMM_EMBEDDING, TIMM_FUSED_OWN_BIASES, TIMM_KNOWN, TIMM_ROOTS } from './timm-blocks.js';

/** EVA's own repository writes the gated layers so. */
const EVA_MLP = ['mlp.w1', 'mlp.w2', 'mlp.w3', 'mlp.ffn_ln'];

const SPLIT: Layout = {
  ...TIMM_FUSED_OWN_BIASES,
  weights: { query: 'q_proj.weight', key: 'k_proj.weight', value: 'v_proj.weight' },
  known: [...TIMM_FUSED_OWN_BIASES.known, ...EVA_MLP],
};

/** EVA02 of timm and of EVA-CLIP: rotary positions, gated layers, no key bias. */
export const timmEva02: Family = {
  id: 'timm-eva02',
  towers: [
    {
      tower: 'vision',
      layouts: [SPLIT, { ...TIMM_FUSED_OWN_BIASES, known: SPLIT.known }],
      accepts: (stack) =>
        (stack.inBlock('mlp.fc1_g.weight') || stack.inBlock('mlp.w1.weight')) &&
        (stack.inAttention('q_bias') || stack.inAttention('q_proj.weight')),
      position: 'rope',
      rotation: evaRotation,
      embedding: TIMM_EMBEDDING,
      known: TIMM_KNOWN,
      roots: TIMM_ROOTS,
      title: (facts) => vitTitle('EVA02', facts),
    },
  ],
};
