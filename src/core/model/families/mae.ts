import * as l10n from '@vscode/l10n';
import { vitTitle, widthTitle } from '../titles.js';
import type { Family, StackView } from './family.js';
import { TIMM_EMBEDDING, TIMM_FUSED, TIMM_KNOWN } from './timm-blocks.js';

const isMae = (stack: StackView): boolean => stack.has('decoder_embed.weight') && stack.has('mask_token');

/** Masked autoencoders: the encoder that is used later, and the decoder that only training needs. */
export const mae: Family = {
  id: 'mae',
  towers: [
    {
      tower: 'encoder',
      layouts: [TIMM_FUSED],
      accepts: isMae,
      position: 'absolute',
      embedding: TIMM_EMBEDDING,
      known: TIMM_KNOWN.filter((name) => name !== 'mask_token'),
      title: (facts) => vitTitle('MAE', facts),
    },
    {
      tower: 'decoder',
      layouts: [{ ...TIMM_FUSED, block: 'decoder_blocks.{i}' }],
      accepts: isMae,
      position: 'absolute',
      embedding: null,
      known: ['mask_token', 'decoder_pos_embed', 'decoder_embed', 'decoder_norm', 'decoder_pred'],
      // All released decoders are 512 wide and have 16 heads.
      usualHeads: new Map([[512, 16]]),
      title: (facts) => widthTitle(l10n.t('MAE decoder'), facts),
    },
  ],
};
