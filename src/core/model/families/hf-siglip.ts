import * as l10n from '@vscode/l10n';
import { vitTitle, widthTitle } from '../titles.js';
import type { Family } from './family.js';
import { HF_CLIP_BLOCK, HF_CLIP_EMBEDDING, HF_CLIP_TEXT_KNOWN } from './hf-clip-blocks.js';

/** SigLIP of Transformers. `head` is the pooling head, whose attention is no layer of the encoder. */
export const hfSiglip: Family = {
  id: 'hf-siglip',
  towers: [
    {
      tower: 'vision',
      layouts: [HF_CLIP_BLOCK],
      accepts: (stack) =>
        stack.has('embeddings.patch_embedding.weight') &&
        stack.has('post_layernorm.weight') &&
        !stack.has('embeddings.class_embedding'),
      position: 'absolute',
      embedding: HF_CLIP_EMBEDDING,
      known: ['post_layernorm', 'embeddings.position_embedding', 'embeddings.position_ids', 'head.*'],
      beside: ['logit_scale', 'logit_bias', 'classifier'],
      roots: ['vision_model.'],
      usualHeads: new Map([
        [1152, 16],
        [1536, 16],
      ]),
      title: (facts) => vitTitle('SigLIP', facts, l10n.t('vision tower')),
    },
    {
      tower: 'text',
      layouts: [HF_CLIP_BLOCK],
      accepts: (stack) => stack.has('embeddings.token_embedding.weight') && stack.has('head.weight'),
      position: 'absolute',
      embedding: null,
      known: [...HF_CLIP_TEXT_KNOWN, 'head'],
      roots: ['text_model.'],
      usualHeads: new Map([[1152, 16]]),
      title: (facts) => widthTitle(l10n.t('SigLIP text tower'), facts),
    },
  ],
};
