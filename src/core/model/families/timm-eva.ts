import { vitTitle } from '../titles.js';
import type { Family, StackView } from './family.js';
import { evaRotation } from './grid-rotations.js';
import { hasTimmEmbedding, TIMM_EMBEDDING, TIMM_FUSED_OWN_BIASES, TIMM_KNOWN, TIMM_ROOTS } from './timm-blocks.js';

/** EVA's MLPs are plain; those of EVA02 are gated, with the gate's rows in front of the others where both are one weight. */
function isGated(stack: StackView): boolean {
  const [both = 0] = stack.shape('blocks.0.mlp.fc1.weight') ?? [];
  const [, hidden = 0] = stack.shape('blocks.0.mlp.fc2.weight') ?? [];
  return hidden > 0 && both === 2 * hidden;
}

/** EVA of timm, without key bias; timm builds its vision transformers with rotary positions from the same blocks. */
export const timmEva: Family = {
  id: 'timm-eva',
  towers: [
    {
      tower: 'vision',
      layouts: [TIMM_FUSED_OWN_BIASES],
      accepts: (stack) => stack.inAttention('q_bias') && hasTimmEmbedding(stack),
      position: (stack) => (stack.has('pos_embed') && !isGated(stack) ? 'absolute' : 'rope'),
      rotation: evaRotation,
      embedding: TIMM_EMBEDDING,
      known: TIMM_KNOWN,
      roots: TIMM_ROOTS,
      title: (facts) => vitTitle('EVA', facts),
    },
  ],
};
