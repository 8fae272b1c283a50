import { vitTitle } from '../titles.js';
import type { Family, StackView } from './family.js';
import { TIMM_EMBEDDING, TIMM_FUSED_OWN_BIASES, TIMM_KNOWN, TIMM_ROOTS } from './timm-blocks.js';

const BY_NAME = /^vit_\w+_rpn_|^eva02_enormous_/u;

/** Width and depth of EVA02-E, which nothing else tells from EVA. */
const ENORMOUS = { width: 1792, depth: 64 } as const;

function isEnormous(stack: StackView): boolean {
  const [width] = stack.shape(`blocks.${ENORMOUS.depth - 1}.norm1.weight`) ?? [];
  return stack.inAttention('q_bias') && width === ENORMOUS.width && !stack.has(`blocks.${ENORMOUS.depth}.norm1.weight`);
}

/** timm's vision transformers with norms behind attention and MLP, whose tensors are those of others. */
export const timmPostNorm: Family = {
  id: 'timm-post-norm',
  towers: [
    {
      tower: 'vision',
      // No norm feeds the attention: each is of what attention or MLP adds.
      layouts: [{ ...TIMM_FUSED_OWN_BIASES, norm: null, known: [...TIMM_FUSED_OWN_BIASES.known, 'norm1'] }],
      accepts: (stack) => stack.has('pos_embed') && (BY_NAME.test(stack.architecture) || isEnormous(stack)),
      position: 'absolute',
      embedding: TIMM_EMBEDDING,
      known: TIMM_KNOWN,
      roots: TIMM_ROOTS,
      title: (facts) => vitTitle('', facts),
    },
  ],
};
