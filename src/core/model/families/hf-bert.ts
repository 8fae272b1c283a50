import { widthTitle } from '../titles.js';
import type { Family } from './family.js';

/** BERT and RoBERTa of Transformers: a norm after the attention, none in front of it. */
export const hfBert: Family = {
  id: 'hf-bert',
  towers: [
    {
      tower: 'text',
      layouts: [
        {
          block: 'encoder.layer.{i}',
          attention: 'attention',
          weights: { query: 'self.query.weight', key: 'self.key.weight', value: 'self.value.weight' },
          norm: null,
          known: [
            'attention.output.dense',
            'attention.output.LayerNorm',
            'intermediate.dense',
            'output.dense',
            'output.LayerNorm',
            'crossattention.output.*',
          ],
        },
      ],
      accepts: (stack) =>
        stack.inBlock('attention.output.LayerNorm.weight') && stack.has('embeddings.word_embeddings.weight'),
      position: 'absolute',
      embedding: null,
      known: [
        'embeddings.word_embeddings',
        'embeddings.position_embeddings',
        'embeddings.token_type_embeddings',
        'embeddings.position_ids',
        'embeddings.LayerNorm',
        'pooler.dense',
      ],
      beside: ['cls.*', 'lm_head.*', 'classifier', 'classifier.*', 'qa_outputs', 'text_projection'],
      roots: ['bert.', 'roberta.'],
      title: (facts) => widthTitle(facts.modelType === 'roberta' ? 'RoBERTa' : 'BERT', facts),
    },
  ],
};
