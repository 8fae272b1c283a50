import { vitTitle } from '../titles.js';
import type { Family } from './family.js';
import { HF_VIT_BESIDE, HF_VIT_EMBEDDING, HF_VIT_KNOWN, HF_VIT_SAVED } from './hf-vit-blocks.js';

/** ViT of Transformers as its Flax classes saved it: the names of PyTorch's, the weights with inputs first. */
export const flaxVit: Family = {
  id: 'flax-hf-vit',
  towers: [
    {
      tower: 'vision',
      layouts: [HF_VIT_SAVED],
      accepts: (stack) => stack.format === 'flax-msgpack' && stack.has('embeddings.cls_token'),
      position: 'absolute',
      embedding: HF_VIT_EMBEDDING,
      known: HF_VIT_KNOWN,
      beside: HF_VIT_BESIDE,
      roots: ['vit.'],
      title: (facts) => vitTitle('', facts),
    },
  ],
};
