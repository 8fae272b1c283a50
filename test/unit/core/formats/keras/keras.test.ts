import { describe, expect, it } from 'vitest';
import type { Dataset } from '../../../../../src/core/formats/hdf5/dataset.js';
import type { Attributes } from '../../../../../src/core/formats/hdf5/tree.js';
import { kerasNames } from '../../../../../src/core/formats/keras/names.js';
import { fixtureBytes } from '../../../support/fixtures.js';
import { bytesOf } from '../../../support/pickle-writer.js';
import { problemOf } from '../../../support/problem-of.js';
import { openBytes, openFixture } from '../../../support/read-all.js';
import { zipOf } from '../../../support/zip-writer.js';

/** Datasets of float32 by path and shape. */
function datasetsOf(shapes: Readonly<Record<string, readonly number[]>>): Map<string, Dataset> {
  return new Map(
    Object.entries(shapes).map(([path, shape]) => {
      const byteLength = 4 * shape.reduce((product, size) => product * size, 1);
      return [path, { dtype: 'F32', shape, strides: null, file: 0, offset: 0, byteLength }];
    }),
  );
}

/** The names that layers were given, by the paths of their groups. */
function givenNames(names: Readonly<Record<string, string>>): Map<string, Attributes> {
  return new Map(Object.entries(names).map(([path, name]) => [`${path}/vars`, new Map([['name', name]])]));
}

/** Variables of an attention layer of two heads of four. */
function attention(path: string): Record<string, readonly number[]> {
  return { [`${path}/query_dense/vars/0`]: [8, 2, 4], [`${path}/key_dense/vars/0`]: [8, 2, 4] };
}

function pathsOf(
  shapes: Readonly<Record<string, readonly number[]>>,
  names: Readonly<Record<string, string>> = {},
  configuration: unknown = null,
): Record<string, string | undefined> {
  const text = configuration === null ? null : JSON.stringify(configuration);
  const found = kerasNames(datasetsOf(shapes), givenNames(names), text).names;
  return Object.fromEntries(Array.from(found, ([name, { path }]) => [name, path]));
}

/** A layer of a configuration that reads another. */
function layer(name: string, type: string, source: string): unknown {
  const tensor = { class_name: '__keras_tensor__', config: { keras_history: [source, 0, 0] } };
  return { name, class_name: type, config: { name }, inbound_nodes: [{ args: [tensor], kwargs: {} }] };
}

const NORM = { 'layers/layer_normalization/vars/0': [8], 'layers/layer_normalization_1/vars/0': [8] };

describe('Keras names', () => {
  it('put ten layers and more in the order of their numbers', () => {
    const layers = Array.from({ length: 12 }, (_, i) => Object.entries(attention(`layers/mha_${String(i)}`)));
    const shapes = Object.fromEntries(layers.flat());
    const paths = pathsOf(shapes);
    expect(paths['layers/mha_10/query_dense/vars/0']).toBe('blocks_of_unknown_norm.10.attention.query.weight');
    expect(paths['layers/mha_2/key_dense/vars/0']).toBe('blocks_of_unknown_norm.2.attention.key.weight');
  });

  it('take the norm that the configuration says, and none where another layer stands in front', () => {
    const shapes = { ...attention('layers/multi_head_attention'), ...NORM };
    const names = {
      'layers/multi_head_attention': 'look',
      'layers/layer_normalization': 'late',
      'layers/layer_normalization_1': 'early',
    };
    const model = (source: string): unknown => ({
      config: { layers: [layer('early', 'LayerNormalization', 'in'), layer('look', 'MultiHeadAttention', source)] },
    });
    const before = pathsOf(shapes, names, model('early'));
    expect(before['layers/layer_normalization_1/vars/0']).toBe('blocks.0.norm.weight');
    expect(before['layers/multi_head_attention/query_dense/vars/0']).toBe('blocks.0.attention.query.weight');
    const without = pathsOf(shapes, names, model('add'));
    expect(without['layers/multi_head_attention/query_dense/vars/0']).toBe(
      'blocks_without_norm.0.attention.query.weight',
    );
  });

  it('take the order of layers from the configuration, not from the alphabet', () => {
    const shapes = { ...attention('layers/a'), ...attention('layers/b') };
    const names = { 'layers/a': 'second', 'layers/b': 'first' };
    const layers = [layer('first', 'MultiHeadAttention', 'x'), layer('second', 'MultiHeadAttention', 'first')];
    const paths = pathsOf(shapes, names, { config: { layers } });
    expect(paths['layers/b/query_dense/vars/0']).toMatch(/\.0\.attention/);
    expect(paths['layers/a/query_dense/vars/0']).toMatch(/\.1\.attention/);
  });

  it('guess by the number in a name, and by place, and say so', () => {
    const shapes = { ...attention('layers/multi_head_attention'), ...attention('layers/multi_head_attention_1') };
    const norms = Object.fromEntries(
      ['', '_1', '_2', '_3', '_4'].map((number) => [`layers/layer_normalization${number}/vars/0`, [8]]),
    );
    const byPlace = pathsOf({ ...shapes, ...norms });
    expect(byPlace['layers/layer_normalization_2/vars/0']).toBe('blocks_by_name.1.norm.weight');
    const names = {
      'layers/multi_head_attention': 'block_1_attention',
      'layers/multi_head_attention_1': 'block_12_attention',
      'layers/layer_normalization_3': 'block_12_norm_1',
      'layers/layer_normalization_4': 'block_1_norm',
    };
    const byNumber = pathsOf({ ...shapes, ...norms }, names);
    expect(byNumber['layers/layer_normalization_4/vars/0']).toBe('blocks_by_name.0.norm.weight');
    expect(byNumber['layers/layer_normalization_3/vars/0']).toBe('blocks_by_name.1.norm.weight');
  });

  it('take the norm beside an attention layer that has a block of its own', () => {
    const block = (path: string): Record<string, readonly number[]> => ({
      ...attention(`${path}/mha`),
      [`${path}/layer_norm_1/vars/0`]: [8],
      [`${path}/layer_norm_2/vars/0`]: [8],
    });
    const paths = pathsOf({ ...block('encoder/block'), ...block('encoder/block_1') });
    expect(paths['encoder/block_1/layer_norm_1/vars/0']).toBe('blocks_by_name.1.norm.weight');
  });

  it('read the names of Keras 2, without the group in front and apart from the optimiser', () => {
    const paths = pathsOf({
      'model_weights/attn/attn/query/kernel:0': [8, 2, 4],
      'model_weights/attn/attn/key/kernel:0': [8, 2, 4],
      'model_weights/dense/dense/kernel:0': [8, 16],
      'optimizer_weights/Adam/m/dense/kernel:0': [8, 16],
    });
    expect(paths).toMatchObject({
      'model_weights/attn/attn/query/kernel:0': 'blocks_of_unknown_norm.0.attention.query.weight',
      'model_weights/dense/dense/kernel:0': 'layers.dense.weight',
      'optimizer_weights/Adam/m/dense/kernel:0': 'optimizer.optimizer_weights/Adam/m/dense/kernel:0',
    });
  });

  it('are those of the file where it is not of Keras', () => {
    expect(pathsOf({ 'encoder/layer_0/q/kernel': [8, 8] })).toEqual({
      'encoder/layer_0/q/kernel': 'encoder.layer_0.q.weight',
    });
  });

  it('cope with a configuration that is none', () => {
    for (const configuration of [[], { config: { layers: [null, 3, { name: 'a' }] } }, { config: { layers: 'x' } }]) {
      expect(Object.keys(pathsOf(attention('layers/a'), {}, configuration))).toHaveLength(2);
    }
  });
});

describe('Keras archives', () => {
  const weights = fixtureBytes('formats/seed_old.h5');

  it('read the weights inside, at their places', async () => {
    const config = bytesOf('{}');
    const bytes = zipOf([
      { name: 'metadata.json', data: config },
      { name: 'config.json', data: config, deflated: true },
      { name: 'model.weights.h5', data: weights },
    ]);
    const { index, values } = await openBytes(bytes, 'm.keras');
    expect(index.format).toBe('keras-zip');
    expect(await values('layers/a/vars/0')).toEqual([0, 1, 2, 3, 4, 5]);
    const chunked = zipOf([{ name: 'model.weights.h5', data: fixtureBytes('formats/seed_chunks.h5') }]);
    expect(await (await openBytes(chunked, 'm.keras')).values('w')).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('are read no further than needed', async () => {
    const { source, index } = await openFixture('checkpoints/keras_zip/vit.keras');
    const data = index.tensors.reduce((sum, { byteLength }) => sum + byteLength, 0);
    expect(source.bytesRead).toBeLessThan(source.size - 0.5 * data);
  });

  it.each([
    ['no weights', zipOf([{ name: 'config.json', data: bytesOf('{}') }]), 'not-a-checkpoint', /no model\.weights\.h5/],
    [
      'compressed weights',
      zipOf([{ name: 'model.weights.h5', data: weights, deflated: true }]),
      'unsupported',
      /compressed inside the archive/,
    ],
    ['other weights', zipOf([{ name: 'model.weights.h5', data: bytesOf('text') }]), 'malformed', /no HDF5 file/],
  ])('are refused with %s', async (_name, bytes, code, words) => {
    const problem = await problemOf(openBytes(bytes, 'm.keras'));
    expect(problem.problem).toMatch(words);
    expect(problem.code).toBe(code);
  });
});
