import * as l10n from '@vscode/l10n';
import { vitTitle, widthTitle } from '../titles.js';
import type { Family } from './family.js';
import { HF_VIT_EMBEDDING, HF_VIT_KNOWN, HF_VIT_MEMORY, HF_VIT_SAVED } from './hf-vit-blocks.js';

/** Masked autoencoders of Transformers: the encoder that is used later, and the decoder that only training needs. */
export const hfVitMae: Family = {
  id: 'hf-vit-mae',
  towers: [
    {
      tower: 'encoder',
      layouts: [HF_VIT_SAVED, HF_VIT_MEMORY],
      accepts: (stack) => stack.beside('decoder.decoder_embed.weight') && stack.has('embeddings.cls_token'),
      position: 'absolute',
      embedding: HF_VIT_EMBEDDING,
      known: HF_VIT_KNOWN,
      roots: ['vit.'],
      title: (facts) => vitTitle('MAE', facts),
    },
    {
      tower: 'decoder',
      layouts: [
        { ...HF_VIT_SAVED, block: 'decoder_layers.{i}' },
        { ...HF_VIT_MEMORY, block: 'decoder_layers.{i}' },
        { ...HF_VIT_SAVED, block: 'decoder_encoder.layer.{i}' },
      ],
      accepts: (stack) => stack.has('decoder_embed.weight'),
      position: 'absolute',
      embedding: null,
      known: ['mask_token', 'decoder_pos_embed', 'decoder_embed', 'decoder_norm', 'decoder_pred'],
      roots: ['decoder.'],
      usualHeads: new Map([[512, 16]]),
      title: (facts) => widthTitle(l10n.t('MAE decoder'), facts),
    },
  ],
};
