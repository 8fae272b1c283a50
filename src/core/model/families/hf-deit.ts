import { vitTitle } from '../titles.js';
import type { Family } from './family.js';
import { HF_VIT_BESIDE, HF_VIT_EMBEDDING, HF_VIT_KNOWN, HF_VIT_MEMORY, HF_VIT_SAVED } from './hf-vit-blocks.js';

/** DeiT of Transformers. The audio spectrogram transformer has the same names and is no DeiT. */
export const hfDeit: Family = {
  id: 'hf-deit',
  towers: [
    {
      tower: 'vision',
      layouts: [HF_VIT_SAVED, HF_VIT_MEMORY],
      accepts: (stack) =>
        stack.has('embeddings.distillation_token') && !stack.modelType.startsWith('audio-spectrogram'),
      position: 'absolute',
      embedding: HF_VIT_EMBEDDING,
      known: HF_VIT_KNOWN,
      beside: HF_VIT_BESIDE,
      roots: ['deit.'],
      title: (facts) => vitTitle('DeiT', facts),
    },
  ],
};
