import { vitTitle } from '../titles.js';
import type { Family } from './family.js';
import type { Layout } from '../layout.js';

/**
 * keras.layers.MultiHeadAttention. Keras names layers as their authors like: the reader numbers them, and the module in front says how sure it is
 * which norm feeds them.
 */
const BLOCK = {
  block: 'blocks.{i}',
  attention: 'attention',
  weights: { query: 'query.weight', key: 'key.weight', value: 'value.weight' },
  norm: { name: 'norm', kind: 'either' },
  known: ['attention.output'],
} as const satisfies Layout;

const BY_NAME: Layout = {
  ...BLOCK,
  block: 'blocks_by_name.{i}',
  assumes: {
    code: 'norm',
    text: 'The file does not say which norm feeds the attention: the first norm of each block by name and number was taken, as in pre-norm models. Opened as a .keras file, the model would say it.',
  },
};

const UNKNOWN: Layout = {
  ...BLOCK,
  block: 'blocks_of_unknown_norm.{i}',
  norm: null,
  assumes: { code: 'norm', text: 'No norm was found that feeds the attention; none was assumed.' },
};

/** Models of Keras around its own attention layer. */
export const kerasVit: Family = {
  id: 'keras-vit',
  towers: [
    {
      tower: 'vision',
      layouts: [BLOCK, BY_NAME, { ...BLOCK, block: 'blocks_without_norm.{i}', norm: null }, UNKNOWN],
      accepts: (stack) => stack.format === 'hdf5' || stack.format === 'keras-zip',
      position: (stack) => (stack.has('position_embedding') ? 'absolute' : 'unknown'),
      embedding: {
        patch: ['patch_embedding.weight'],
        class: ['class_token'],
        distillation: [],
        registers: [],
        positions: ['position_embedding'],
        biasTables: [],
      },
      known: ['layers.*'],
      title: (facts) => vitTitle('Keras', facts),
    },
  ],
};
