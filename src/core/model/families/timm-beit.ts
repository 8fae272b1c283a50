import { vitTitle } from '../titles.js';
import type { EmbeddingNames, Family, StackView } from './family.js';
import { TIMM_EMBEDDING, TIMM_FUSED_OWN_BIASES, TIMM_KNOWN } from './timm-blocks.js';

/** Where BEiT's blocks keep relative position biases: in each of them, or once for all. */
const SHARED_TABLE = 'rel_pos_bias.relative_position_bias_table';
const TABLE = 'relative_position_bias_table';

/** BEiT's names in front of the first block. */
export const BEIT_EMBEDDING: EmbeddingNames = { ...TIMM_EMBEDDING, biasTables: [SHARED_TABLE, TABLE] };

/** BEiT's names around the blocks. */
export const BEIT_KNOWN = [...TIMM_KNOWN, 'rel_pos_bias.*', 'lm_head'];

/** True for blocks with biases for query and value only, and relative position biases. */
export function isBeit(stack: StackView): boolean {
  return stack.inAttention('q_bias') && (stack.inAttention(TABLE) || stack.has(SHARED_TABLE));
}

/** BEiT as timm and its own repository write it. */
export const timmBeit: Family = {
  id: 'timm-beit',
  towers: [
    {
      tower: 'vision',
      layouts: [TIMM_FUSED_OWN_BIASES],
      accepts: isBeit,
      position: 'relative-bias',
      embedding: BEIT_EMBEDDING,
      known: BEIT_KNOWN,
      title: (facts) => vitTitle('BEiT', facts),
    },
  ],
};
