import * as l10n from '@vscode/l10n';
import { vitTitle, widthTitle } from '../titles.js';
import type { Family } from './family.js';
import { HF_CLIP_BLOCK, HF_CLIP_EMBEDDING, HF_CLIP_TEXT_KNOWN } from './hf-clip-blocks.js';

/** CLIP of Transformers, both towers or one of them. */
export const hfClip: Family = {
  id: 'hf-clip',
  towers: [
    {
      tower: 'vision',
      layouts: [HF_CLIP_BLOCK],
      accepts: (stack) => stack.has('embeddings.class_embedding'),
      position: 'absolute',
      embedding: HF_CLIP_EMBEDDING,
      // The library's own spelling.
      known: ['pre_layrnorm', 'post_layernorm', 'embeddings.position_embedding', 'embeddings.position_ids'],
      beside: ['visual_projection', 'logit_scale', 'classifier'],
      roots: ['vision_model.'],
      title: (facts) => vitTitle('CLIP', facts, l10n.t('vision tower')),
    },
    {
      tower: 'text',
      layouts: [HF_CLIP_BLOCK],
      accepts: (stack) => stack.has('embeddings.token_embedding.weight') && !stack.has('head.weight'),
      position: 'absolute',
      causal: true,
      embedding: null,
      known: HF_CLIP_TEXT_KNOWN,
      beside: ['text_projection'],
      roots: ['text_model.'],
      title: (facts) => widthTitle(l10n.t('CLIP text tower'), facts),
    },
  ],
};
