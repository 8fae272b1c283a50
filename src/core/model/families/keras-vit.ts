import * as l10n from '@vscode/l10n';
import { vitTitle } from '../titles.js';
import type { Family } from './family.js';
import type { Setting } from '../../tensors/tensor-index.js';
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
  known: ['attention.output', 'norm_after', 'mlp_in', 'mlp_out'],
} as const satisfies Layout;

const BY_NAME: Layout = {
  ...BLOCK,
  block: 'blocks_by_name.{i}',
  assumes: {
    code: 'norm',
    text: () =>
      l10n.t(
        'The file does not say which norm feeds the attention: the first norm of each block by name and number was taken, as in pre-norm models. Opened as a .keras file, the model would say it.',
      ),
  },
};

const UNKNOWN: Layout = {
  ...BLOCK,
  block: 'blocks_of_unknown_norm.{i}',
  norm: null,
  assumes: { code: 'norm', text: () => l10n.t('No norm was found that feeds the attention; none was assumed.') },
};

/** What the model's configuration says, where the file has it. */
function stated(settings: ReadonlyMap<string, Setting>): Readonly<Record<string, unknown>> {
  const said = {
    layer_norm_eps: settings.get('keras.epsilon'),
    hidden_act: settings.get('keras.activation'),
    pooling: settings.get('keras.pooling'),
  };
  return {
    ...Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)),
    ...pictures(settings),
  };
}

/** Mean and deviation of values from 0 to 1 that come to the same as the model's own factor and offset of 8-bit values. */
function pictures(settings: ReadonlyMap<string, Setting>): Readonly<Record<string, unknown>> {
  const scale = settings.get('keras.scale');
  const offset = settings.get('keras.offset');
  if (typeof scale !== 'number' || typeof offset !== 'number' || scale === 0) return {};
  const deviation = 1 / (255 * scale);
  return { image_std: [deviation, deviation, deviation], image_mean: [0, 0, 0].map(() => -offset * deviation) };
}

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
      known: ['layers.*', 'final_norm', 'head'],
      stated,
      title: (facts) => vitTitle('Keras', facts),
    },
  ],
};
