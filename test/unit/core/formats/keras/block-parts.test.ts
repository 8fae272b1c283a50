import { describe, expect, it } from 'vitest';
import type { Attention } from '../../../../../src/core/formats/keras/attention.js';
import { transformerParts } from '../../../../../src/core/formats/keras/block-parts.js';
import { readGraph } from '../../../../../src/core/formats/keras/graph.js';
import type { Module } from '../../../../../src/core/formats/keras/modules.js';

const WIDTH = 8;
const module = (own: string, shape: readonly number[]): Module => ({
  path: `layers/${own}`,
  own,
  variables: [{ dataset: `layers/${own}/vars/0`, shape, role: 'weight', inputsFirst: shape.length > 1 }],
});
const norm = (own: string): Module => module(own, [WIDTH]);

const NORMS = ['norm_0', 'norm_1', 'norm_2', 'norm_3', 'norm_4'].map(norm);
const DENSE = [
  module('dense', [WIDTH, 16]),
  module('dense_1', [16, WIDTH]),
  module('dense_2', [WIDTH, 16]),
  module('dense_3', [16, WIDTH]),
];
const HEAD = module('dense_4', [WIDTH, 3]);
const ATTENTION: readonly Attention[] = [0, 1].map((index) => ({
  path: `layers/mha_${String(index)}`,
  own: `mha_${String(index)}`,
  width: WIDTH,
  norm: NORMS[2 * index] ?? null,
  knowledge: 'graph',
}));

type Step = readonly [
  name: string,
  type: string,
  sources: readonly string[],
  config?: Readonly<Record<string, unknown>> | undefined,
];

const EPSILON = { epsilon: 1e-5 };
const BLOCKS = [0, 1].flatMap((index): Step[] => {
  const tokens = index === 0 ? 'tokens' : 'out_0';
  const [one, two] = [`dense${index === 0 ? '' : '_2'}`, `dense${index === 0 ? '_1' : '_3'}`];
  return [
    [`norm_${String(2 * index)}`, 'LayerNormalization', [tokens], EPSILON],
    [`mha_${String(index)}`, 'MultiHeadAttention', [`norm_${String(2 * index)}`, `norm_${String(2 * index)}`]],
    [`drop_${String(index)}`, 'Dropout', [`mha_${String(index)}`]],
    [`mid_${String(index)}`, 'Add', [tokens, `drop_${String(index)}`]],
    [`norm_${String(2 * index + 1)}`, 'LayerNormalization', [`mid_${String(index)}`], EPSILON],
    [one, 'Dense', [`norm_${String(2 * index + 1)}`], { activation: 'relu' }],
    [two, 'Dense', [one], { activation: 'linear' }],
    [`out_${String(index)}`, 'Add', [two, `mid_${String(index)}`]],
  ];
});
const MODEL: readonly Step[] = [
  ['scale', 'Rescaling', ['image'], { scale: 1 / 127.5, offset: -1 }],
  ['tokens', 'Tokens', ['scale']],
  ...BLOCKS,
  ['norm_4', 'LayerNormalization', ['out_1'], EPSILON],
  ['pool', 'GlobalAveragePooling1D', ['norm_4']],
  ['dense_4', 'Dense', ['pool'], { activation: 'softmax' }],
];

/** The text of a configuration of Keras 3. */
function graphOf(steps: readonly Step[]): ReturnType<typeof readGraph> {
  const layers = steps.map(([name, type, sources, config = {}]) => {
    const tensors = sources.map((source) => ({ config: { keras_history: [source, 0, 0] } }));
    const args = type === 'Add' ? [tensors] : tensors;
    return { name, class_name: type, config: { name, ...config }, inbound_nodes: [{ args, kwargs: {} }] };
  });
  return readGraph(JSON.stringify({ config: { layers } }));
}

const changed = (name: string, change: (step: Step) => Step): Step[] =>
  MODEL.map((step) => (step[0] === name ? change(step) : step));

const parts = (modules: readonly Module[], steps: readonly Step[]) =>
  transformerParts(modules, ATTENTION, graphOf(steps));

describe('what stands behind the attention layers of a Keras model', () => {
  it('is taken by order and size, and what the configuration says of it', () => {
    const found = parts([HEAD, ...DENSE, ...NORMS], MODEL);
    expect(found?.blocks.map(({ norm: after, input, output }) => [after.own, input.own, output.own])).toEqual([
      ['norm_1', 'dense', 'dense_1'],
      ['norm_3', 'dense_2', 'dense_3'],
    ]);
    expect([found?.norm?.own, found?.head?.own]).toEqual(['norm_4', 'dense_4']);
    expect(Object.fromEntries(found?.stated ?? [])).toEqual({
      'keras.epsilon': 1e-5,
      'keras.activation': 'relu',
      'keras.pooling': 'GlobalAveragePooling1D',
      'keras.scale': 1 / 127.5,
      'keras.offset': -1,
    });
  });

  it('is taken without a configuration, which then says nothing', () => {
    const found = parts([...DENSE, HEAD, ...NORMS], []);
    expect(found?.blocks).toHaveLength(2);
    expect(found?.stated.size).toBe(0);
  });

  const cases: [string, readonly Module[], readonly Step[]][] = [
    ['a map is missing', [...DENSE.slice(1), ...NORMS], []],
    ['a norm is missing', [...DENSE, ...NORMS.slice(1)], []],
    ['a norm is too many', [...DENSE, ...NORMS, norm('norm_5')], []],
    ['no sum follows the attention', [...DENSE, ...NORMS], changed('mid_0', ([n, , s]) => [n, 'Multiply', s])],
    ['the sum leaves out the tokens', [...DENSE, ...NORMS], changed('mid_1', ([n, t]) => [n, t, ['drop_1', 'drop_1']])],
    ['the maps read something else', [...DENSE, ...NORMS], changed('dense_2', ([n, t, , c]) => [n, t, ['out_0'], c])],
    [
      'a layer stands between the maps',
      [...DENSE, ...NORMS],
      changed('dense_1', ([n, t, , c]) => [n, t, ['scale'], c]),
    ],
    ['epsilons differ', [...DENSE, ...NORMS], changed('norm_1', ([n, t, s]) => [n, t, s, { epsilon: 1e-3 }])],
    ['the activation is code', [...DENSE, ...NORMS], changed('dense', ([n, t, s]) => [n, t, s, { activation: {} }])],
    ['a chain leads back to itself', [...DENSE, ...NORMS], changed('drop_0', ([n, t]) => [n, t, ['drop_0']])],
  ];
  it.each(cases)('is not taken where %s', (_, modules, steps) => {
    expect(parts(modules, steps)).toBeNull();
  });
});
