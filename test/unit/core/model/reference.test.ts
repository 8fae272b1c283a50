import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  array,
  boolean,
  type InferOutput,
  nullable,
  number,
  object,
  optional,
  parse,
  record,
  string,
  union,
} from 'valibot';
import { describe, expect, it } from 'vitest';
import type { LayerSpec, MatrixView, Model, Recognition } from '../../../../src/core/model/model.js';
import { recognise } from '../../../../src/core/model/recognise.js';
import { FIXTURES, fixtureJson, withCheckpoint } from '../../support/fixtures.js';

const PER_LAYER = union([number(), array(number())]);
const STACK = {
  depth: number(),
  heads: PER_LAYER,
  kvHeads: PER_LAYER,
  width: PER_LAYER,
  headDim: PER_LAYER,
  qkvBias: object({ q: boolean(), k: boolean(), v: boolean() }),
  qkNorm: boolean(),
  norm: nullable(string()),
  layers: array(object({ tensors: object({ q: string(), k: string(), norm: nullable(string()) }) })),
};
const TOWER = object({
  ...STACK,
  scale: optional(nullable(number())),
  mask: optional(string()),
});
const MODEL = object({
  ...STACK,
  family: string(),
  patch: nullable(number()),
  imageSize: nullable(array(number())),
  prefixTokens: nullable(object({ cls: number(), registers: number(), distillation: number() })),
  positionScheme: string(),
  scale: nullable(number()),
  tensors: object({ count: number(), total: number() }),
  towers: optional(record(string(), TOWER)),
});
type Expected = InferOutput<typeof MODEL>;
type ExpectedTower = InferOutput<typeof TOWER>;

const CHECKPOINTS = join(FIXTURES, 'checkpoints');
const all = readdirSync(CHECKPOINTS, { recursive: true, encoding: 'utf8' })
  // What ONNX files compute is recognised without names: onnx.test.ts.
  .filter((path) => path.endsWith('expected.json') && !path.startsWith('onnx_'))
  .map((path) => dirname(path))
  .sort();
const without = all.filter((name) => name.startsWith('no_attention'));
const cases = all.filter((name) => !without.includes(name));

/** Cases of which the file says how many heads there are; in the others it must be listed as assumed. */
const PROVEN_BY_SHAPES = ['simmim_finetune', 'simmim_pretrain', 'timm_qk_norm', 'timm_swin', 'hf_beit'];
const SAID_IN_FILE = /^(hf_|text_|google_|keras_|gguf_|tf_hf_|flax_hf_|whole_module$)/u;
const saysHeads = (name: string): boolean => PROVEN_BY_SHAPES.includes(name) || SAID_IN_FILE.test(name);

/** What must be listed as assumed: Keras's weights alone do not say which norm feeds the attention. */
function assumedIn(name: string): string[] {
  if (name === 'keras_weights_h5') return ['norm'];
  return saysHeads(name) ? [] : ['heads'];
}

/** Towers of one checkpoint that are copies of one model: the defaults are one of them. */
const COPIES = ['dino'];

async function recogniseCase(name: string, options = {}): Promise<Recognition> {
  return withCheckpoint(join(CHECKPOINTS, name), ({ index }) => recognise(index, configOf(name), options));
}

function configOf(name: string): unknown {
  const files = readdirSync(join(CHECKPOINTS, name));
  return files.includes('config.json') ? fixtureJson(`checkpoints/${name}/config.json`) : null;
}

function modelNamed(recognition: Recognition, name: string): Model {
  const model = recognition.models.find((each) => each.name === name);
  if (model === undefined)
    throw new Error(`no model ${name} among ${recognition.models.map((each) => each.name).join()}`);
  return model;
}

/** A view as expected.json writes it: row ranges where it is a part of a tensor. */
function viewText({ tensor, rowStart, rows, transposed }: MatrixView): string {
  const range = `${String(rowStart)}:${String(rowStart + rows)}`;
  const outputs = transposed ? tensor.shape.slice(1) : tensor.shape.slice(0, 1);
  if (outputs.reduce((product, size) => product * size, 1) === rows) return tensor.name;
  return transposed ? `${tensor.name}[:, ${range}]` : `${tensor.name}[${range}]`;
}

/** expected.json leaves out dictionaries around the model's own names. */
function expectSameName(actual: string, expected: string): void {
  expect(actual === expected || actual.endsWith(`.${expected}`), `${actual} is ${expected}`).toBe(true);
}

function at(value: number | readonly number[], layer: number): number {
  return typeof value === 'number' ? value : (value[layer] ?? Number.NaN);
}

function expectLayer(layer: LayerSpec, index: number, expected: ExpectedTower): void {
  expect(layer.index).toBe(index);
  expect(layer.heads).toBe(at(expected.heads, index));
  expect(layer.keyValueHeads).toBe(at(expected.kvHeads, index));
  expect(layer.width).toBe(at(expected.width, index));
  expect(layer.headSize).toBe(at(expected.headDim, index));
  expect(layer.scale).toBeCloseTo(expected.scale ?? layer.headSize ** -0.5, 14);
  expect(layer.qkNorm).toBe(expected.qkNorm);
  expect(layer.norm?.kind ?? null).toBe(expected.norm);
  expect([layer.query.bias !== null, layer.key.bias !== null, layer.value?.bias != null]).toEqual([
    expected.qkvBias.q,
    expected.qkvBias.k,
    expected.qkvBias.v,
  ]);
  const tensors = expected.layers[index]?.tensors;
  expectSameName(viewText(layer.query.weight), tensors?.q ?? '');
  expectSameName(viewText(layer.key.weight), tensors?.k ?? '');
  if (tensors?.norm != null) expectSameName(layer.norm?.gain?.tensor.name ?? 'none', tensors.norm);
  expect(layer.query.weight.rows).toBe(layer.heads * layer.headSize);
  expect(layer.key.weight.rows).toBe(layer.keyValueHeads * layer.headSize);
  expect(layer.query.weight.columns).toBe(layer.width);
}

function expectStack(model: Model, expected: ExpectedTower): void {
  expect(model.layers).toHaveLength(expected.depth);
  for (const [index, layer] of model.layers.entries()) expectLayer(layer, index, expected);
}

function expectGeometry(model: Model, expected: Expected): void {
  expect(model.family).toBe(expected.family);
  expect(model.patch).toBe(expected.patch);
  expect(model.position).toBe(expected.positionScheme);
  expect(model.prefixTokens).toEqual({
    class: expected.prefixTokens?.cls ?? 0,
    distillation: expected.prefixTokens?.distillation ?? 0,
    registers: expected.prefixTokens?.registers ?? 0,
  });
}

describe('reference checkpoints', () => {
  it('are all there', () => {
    expect(cases.length).toBeGreaterThanOrEqual(45);
    expect(without).toHaveLength(2);
  });

  it.each(cases)('%s is recognised as its expected.json says', async (name) => {
    const expected = parse(MODEL, fixtureJson(`checkpoints/${name}/expected.json`));
    const recognition = await recogniseCase(name);
    expect(recognition.warnings).toEqual([]);
    expect(recognition.looksLike).toBeNull();
    const [first = ''] = recognition.defaults;
    const main = modelNamed(recognition, first);
    expectStack(main, expected);
    expectGeometry(main, expected);
    // Swin's windows leave no trace of the picture's size in the file.
    expect(main.imageSize).toEqual(name === 'timm_swin' ? null : expected.imageSize);

    const towers = Object.entries(expected.towers ?? {});
    expect(recognition.models).toHaveLength(Math.max(1, towers.length));
    for (const [tower, stack] of towers) {
      const model = modelNamed(recognition, tower);
      expectStack(model, stack);
      expect(model.causal).toBe(stack.mask === 'causal' || (expected.family === 'hf-whisper' && tower === 'decoder'));
    }
    const defaults = recognition.models.filter((model) => recognition.defaults.includes(model.name));
    if (!COPIES.includes(name)) expect(defaults).toEqual(recognition.models);
    const count = defaults.reduce((sum, model) => sum + model.tensorCount, 0);
    expect(count).toBe(expected.tensors.count);
  });

  it.each(cases)('%s: what the file does not say is listed, and nothing else', async (name) => {
    const { models } = await recogniseCase(name);
    for (const model of models) {
      expect(model.assumptions.map(({ code }) => code)).toEqual(assumedIn(name));
      expect(model.unmatched).toEqual(name === 'lightning' ? ['state_dict.criterion.pos_weight'] : []);
      const confirmed = model.confirmedBy.includes('config.json');
      expect(confirmed).toBe(/^(hf_|text_|tf_hf_|flax_hf_)/u.test(name));
    }
  });

  it.each(without)('%s has no attention', async (name) => {
    const recognition = await recogniseCase(name);
    expect(recognition).toMatchObject({ models: [], defaults: [], others: [], warnings: [] });
    const words = 'a convolutional network: layer1.0.conv1.weight and 4 others';
    expect(recognition.looksLike).toBe(name === 'no_attention_cnn' ? words : null);
  });

  it.each([
    ['dino', 'teacher', 'dino', 'teacher.backbone.'],
    ['dino', 'student', 'dino + data-parallel', 'student.module.backbone.'],
    ['lightning', 'vision', 'lightning', 'state_dict.model.'],
    ['mae', 'encoder', 'model', 'model.'],
    ['simmim_pretrain', 'vision', 'model', 'model.'],
    ['hf_vit', 'vision', null, ''],
    ['text_llama', 'text', null, ''],
    ['open_clip', 'vision', null, ''],
  ])('%s: around %s stands %s', async (name, model, wrapper, prefix) => {
    expect(modelNamed(await recogniseCase(name), model)).toMatchObject({ wrapper, prefix });
  });

  it('lists what is no model', async () => {
    expect((await recogniseCase('dino')).others).toEqual([
      { name: 'optimizer', tensorCount: 3 },
      { name: 'dino_loss', tensorCount: 1 },
    ]);
    expect((await recogniseCase('lightning')).others).toEqual([
      { name: 'callbacks', tensorCount: 1 },
      { name: 'optimizer_states', tensorCount: 6 },
    ]);
  });

  it('offers the averaged weights and says what they are', async () => {
    const { models, defaults } = await recogniseCase('dino');
    expect(defaults).toEqual(['teacher']);
    expect(models.map(({ name, remark }) => [name, remark])).toEqual([
      ['student', 'the trained weights'],
      ['teacher', 'the averaged weights'],
    ]);
  });

  it('shows windows, and takes the size of a picture that a person gives', async () => {
    const { models } = await recogniseCase('timm_swin', { imageSize: [32, 32] });
    expect(models[0]).toMatchObject({ windowed: true, imageSize: [32, 32], patch: 2 });
  });

  it('names the sample DINOv2 ViT-S/14', async () => {
    const sample = join(import.meta.dirname, '../../../../media/sample');
    const config: unknown = fixtureJson('../../media/sample/config.json');
    const recognition = await withCheckpoint(sample, ({ index }) => recognise(index, config, {}));
    expect(recognition.warnings).toEqual([]);
    expect(recognition.models).toHaveLength(1);
    expect(recognition.models[0]).toMatchObject({
      name: 'vision',
      title: 'DINOv2 ViT-S/14',
      tensorCount: 223,
      patch: 14,
      imageSize: [518, 518],
      assumptions: [],
      unmatched: [],
      confirmedBy: ['config.json'],
      dtype: 'F16',
    });
    expect(recognition.models[0]?.layers.map(({ heads, headSize }) => heads * headSize)).toEqual(Array(12).fill(384));
  });
});
