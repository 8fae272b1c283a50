import { vitTitle } from '../titles.js';
import type { Family } from './family.js';
import { HF_VIT_BESIDE, HF_VIT_EMBEDDING, HF_VIT_KNOWN, HF_VIT_SAVED } from './hf-vit-blocks.js';

/** ViT of Transformers as its TensorFlow classes saved it: the weights with inputs first. */
export const tfVit: Family = {
  id: 'tf-hf-vit',
  towers: [
    {
      tower: 'vision',
      layouts: [HF_VIT_SAVED],
      accepts: (stack) => stack.format === 'hdf5' && stack.has('embeddings.cls_token'),
      position: 'absolute',
      embedding: HF_VIT_EMBEDDING,
      known: HF_VIT_KNOWN,
      beside: HF_VIT_BESIDE,
      roots: ['vit.', 'tf_vi_t_for_image_classification.vit.', 'tf_vi_t_model.vit.'],
      title: (facts) => vitTitle('', facts),
    },
  ],
};
