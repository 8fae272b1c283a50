import { vitTitle } from '../titles.js';
import type { Family } from './family.js';
import { HF_VIT_BESIDE, HF_VIT_EMBEDDING, HF_VIT_KNOWN, HF_VIT_MEMORY, HF_VIT_SAVED } from './hf-vit-blocks.js';

/** ViT of Transformers. */
export const hfVit: Family = {
  id: 'hf-vit',
  towers: [
    {
      tower: 'vision',
      layouts: [HF_VIT_SAVED, HF_VIT_MEMORY],
      accepts: (stack) => stack.has('embeddings.cls_token'),
      position: 'absolute',
      embedding: HF_VIT_EMBEDDING,
      known: HF_VIT_KNOWN,
      beside: HF_VIT_BESIDE,
      roots: ['vit.'],
      title: (facts) => vitTitle('', facts),
    },
  ],
};
