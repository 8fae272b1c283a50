import { describe, expect, it } from 'vitest';
import { mergeAdapter, settleOwnAdapter } from '../../../../src/core/adapters/merge-adapter.js';
import type { CheckpointError } from '../../../../src/core/errors.js';
import type { TensorEntry, TensorIndex } from '../../../../src/core/tensors/tensor-index.js';
import { readChangedMatrix, readMatrixView } from '../../../../src/core/tensors/read.js';
import { memorySource } from '../../support/memory-source.js';
import { problemOf } from '../../support/problem-of.js';

type Shapes = Readonly<Record<string, readonly number[]>>;

function indexOf(shapes: Shapes, file = 'adapter_model.safetensors'): TensorIndex {
  let offset = 0;
  const tensors = Object.entries(shapes).map(([name, shape]): TensorEntry => {
    const byteLength = 4 * shape.reduce((product, size) => product * size, 1);
    const entry: TensorEntry = { name, dtype: 'F32', shape, strides: null, file: 0, offset, byteLength };
    offset += byteLength;
    return entry;
  });
  return { format: 'safetensors', files: [file], tensors, settings: new Map(), warnings: [] };
}

const QUERY = 'encoder.layer.0.attention.attention.query';
const BASE = indexOf({ [`vit.${QUERY}.weight`]: [6, 4], [`vit.${QUERY}.bias`]: [6] }, 'model.safetensors');
const LORA = `base_model.model.vit.${QUERY}`;
const CONFIG = { peft_type: 'LORA', r: 2, lora_alpha: 8, target_modules: ['query'] };

function pair(module = LORA, rank = 2, outputs = 6, inputs = 4): Record<string, readonly number[]> {
  return { [`${module}.lora_A.weight`]: [rank, inputs], [`${module}.lora_B.weight`]: [outputs, rank] };
}

const merge = (shapes: Shapes, config: unknown = CONFIG, base = BASE): TensorIndex =>
  mergeAdapter(base, { index: indexOf(shapes), config, alpha: null, alphas: new Map() });

/** The refusal of an adapter. */
const refusal = (shapes: Shapes, config: unknown = CONFIG, base = BASE): Promise<CheckpointError> =>
  problemOf(Promise.resolve().then(() => merge(shapes, config, base)));

const changeIn = ({ tensors }: TensorIndex): TensorEntry['change'] => tensors.find(({ change }) => change)?.change;

describe('an adapter over its base', () => {
  it('lies on the weight of its module, with alpha over rank', () => {
    const index = merge(pair());
    expect(index.files).toEqual(['model.safetensors', 'adapter_model.safetensors']);
    expect(index.tensors.map(({ name }) => name)).toEqual(BASE.tensors.map(({ name }) => name));
    expect(changeIn(index)).toMatchObject({ rank: 2, scale: 4, outputs: 6, inputs: 4, transposed: false });
    expect(changeIn(index)?.down.file).toBe(1);
    expect(index.adapter).toMatchObject({ applied: true, targets: ['query'], rank: [2, 2], scale: [4, 4] });
    expect(index.warnings.map(({ code }) => code)).toEqual(['adapter']);
  });

  it.each([
    ['a base without the module around it', pair(), indexOf({ [`${QUERY}.weight`]: [6, 4] })],
    ['a base with more around it', pair(`base_model.model.${QUERY}`), BASE],
    ['a wrapped base', pair(), indexOf({ [`state_dict.model.vit.${QUERY}.weight`]: [6, 4] })],
    ['names of transformers 5', pair('base_model.model.vit.layers.0.attention.q_proj'), BASE],
    ['a base in those names', pair(), indexOf({ 'vit.layers.0.attention.q_proj.weight': [6, 4] })],
    ['a fused weight of torch', pair('base_model.model.attn'), indexOf({ 'x.attn.in_proj_weight': [6, 4] })],
    ['a weight stored the other way round', pair(), indexOf({ [`vit.${QUERY}.weight`]: [4, 6] })],
  ])('finds %s', (_, shapes, base) => {
    expect(changeIn(merge(shapes, { ...CONFIG, fan_in_fan_out: null }, base))).toBeDefined();
  });

  it('takes whole tensors in place of others, and adds those that are new', () => {
    const index = merge({ ...pair(), [`${LORA}.bias`]: [6], 'base_model.model.classifier.weight': [3, 4] });
    expect(index.tensors.map(({ name, file }) => [name, file])).toEqual([
      [`vit.${QUERY}.weight`, 0],
      [`vit.${QUERY}.bias`, 1],
      ['classifier.weight', 1],
    ]);
    expect(index.adapter?.replaced).toBe(2);
  });

  it('says that it assumed a scale where nothing gives alpha, and takes what a person gives', () => {
    const assumed = merge(pair(), null);
    expect(changeIn(assumed)?.scale).toBe(1);
    expect(assumed.warnings.map(({ code }) => code)).toContain('adapter-scale');
    const said = mergeAdapter(BASE, { index: indexOf(pair()), config: null, alpha: 6, alphas: new Map() });
    expect(changeIn(said)?.scale).toBe(3);
    expect(said.warnings.map(({ code }) => code)).not.toContain('adapter-scale');
  });

  it('warns where the base was prepared for it', () => {
    const { warnings } = merge(pair(), { ...CONFIG, init_lora_weights: 'pissa_niter_4' });
    expect(warnings.map(({ code }) => code)).toContain('adapter-base');
  });
});

describe('an adapter that does not fit', () => {
  it.each([
    [
      'halves of different rank',
      { [`${LORA}.lora_A.weight`]: [2, 4], [`${LORA}.lora_B.weight`]: [6, 3] },
      'no rank in common',
    ],
    ['a rank beyond all use', pair(LORA, 100_000), '4096 is the most'],
    ['no B', { [`${LORA}.lora_A.weight`]: [2, 4] }, 'has no lora_B'],
    ['no A', { [`${LORA}.lora_B.weight`]: [6, 2] }, 'has no lora_A'],
    ['another width', pair(LORA, 2, 6, 5), 'do not fit the weight'],
    ['another height', pair(LORA, 2, 4, 6), 'do not fit the weight'],
    ['another rank than its configuration', pair(LORA, 3), 'adapter_config.json says 2'],
    ['halves without sizes', { [`${LORA}.lora_A.weight`]: [], [`${LORA}.lora_B.weight`]: [] }, 'no rank in common'],
    ['rank zero', pair(LORA, 0), 'no rank in common'],
  ])('is refused: %s', async (_, shapes: Shapes, words) => {
    const { problem, code } = await refusal(shapes, { ...CONFIG, fan_in_fan_out: false });
    expect(problem).toContain(words);
    expect(code).toBe('malformed');
  });

  it('names the modules that the base does not have', async () => {
    const { problem, code, file } = await refusal(
      pair('base_model.model.vit.encoder.layer.7.attention.attention.query'),
    );
    expect(problem).toContain('vit.encoder.layer.7.attention.attention.query');
    expect({ code, file }).toEqual({ code: 'wrong-use', file: 'model.safetensors' });
  });

  it('is not laid over one of several copies by chance', async () => {
    const base = indexOf({ [`student.${QUERY}.weight`]: [6, 4], [`teacher.${QUERY}.weight`]: [6, 4] });
    expect((await refusal(pair(`base_model.model.${QUERY}`), CONFIG, base)).problem).toContain('several models');
  });

  it('is refused where it has pieces that are not read', async () => {
    expect((await refusal({ ...pair(), [`${LORA}.lora_B.bias`]: [6] })).problem).toContain('not read');
    const magnitude = { 'base_model.model.conv.lora_magnitude_vector': [1, 6, 1, 1] };
    const conv = {
      'base_model.model.conv.lora_A.weight': [2, 3, 2, 2],
      'base_model.model.conv.lora_B.weight': [6, 2, 1, 1],
    };
    const base = indexOf({ 'conv.weight': [6, 3, 2, 2] });
    expect(changeIn(merge(conv, CONFIG, base))).toMatchObject({ outputs: 6, inputs: 12 });
    expect((await refusal({ ...conv, ...magnitude }, CONFIG, base)).problem).toContain('DoRA');
  });

  it('is refused over a file that is none, or holds one itself', async () => {
    expect((await refusal({ 'a.weight': [2, 2] })).problem).toContain('no LoRA adapter');
    expect((await refusal(pair(), CONFIG, indexOf(pair()))).code).toBe('wrong-use');
  });

  it.each([
    [{ ...CONFIG, peft_type: 'LOHA' }, 'type LOHA'],
    [{ ...CONFIG, lora_bias: true }, 'lora_bias'],
    [{ ...CONFIG, layer_replication: [[0, 4]] }, 'layer_replication'],
    [{ ...CONFIG, alpha_pattern: { '(a|b)': 2 } }, '(a|b)'],
    [{ ...CONFIG, r: 'many' }, 'r is not'],
    [{ ...CONFIG, r: -1 }, 'r is not'],
    [{ ...CONFIG, rank_pattern: { q: {} } }, 'rank_pattern.q'],
    [['a list'], 'it is not'],
    ['text', 'it is not'],
  ])('is refused for its configuration %o', async (config, words) => {
    const { problem, file } = await refusal(pair(), config);
    expect(problem).toContain(words);
    expect(file).toBe('adapter_config.json');
  });
});

describe('a checkpoint by itself', () => {
  const settle = (shapes: Shapes, config: unknown = CONFIG): TensorIndex =>
    settleOwnAdapter({ index: indexOf(shapes, 'w.pt'), config, alpha: null, alphas: new Map() });
  const wrapped = {
    [`${LORA}.base_layer.weight`]: [6, 4],
    [`${LORA}.base_layer.bias`]: [6],
    [`${LORA}.lora_A.default.weight`]: [2, 4],
    [`${LORA}.lora_B.default.weight`]: [6, 2],
    'base_model.model.classifier.original_module.weight': [3, 4],
    'base_model.model.classifier.modules_to_save.default.weight': [3, 4],
  };

  it('is the merged model where it holds base and adapter', () => {
    const index = settle(wrapped);
    expect(index.tensors.map(({ name }) => name)).toEqual([
      `vit.${QUERY}.weight`,
      `vit.${QUERY}.bias`,
      'classifier.weight',
    ]);
    expect(changeIn(index)).toMatchObject({ scale: 4 });
    expect(index.adapter).toMatchObject({ applied: true });
  });

  it('takes the default adapter of several, and names the others', () => {
    const index = settle({
      ...wrapped,
      [`${LORA}.lora_A.style.weight`]: [3, 4],
      [`${LORA}.lora_B.style.weight`]: [6, 3],
    });
    expect(changeIn(index)?.rank).toBe(2);
    expect(index.warnings.find(({ code }) => code === 'adapter-left-out')?.message).toContain('style');
  });

  it('is told to be an adapter without its base', () => {
    const index = settle(pair(), { ...CONFIG, base_model_name_or_path: '/etc/passwd' });
    expect(index.adapter).toMatchObject({ applied: false, base: '/etc/passwd', scale: [4, 4] });
    expect(index.files).toEqual(['w.pt']);
    expect(index.warnings.map(({ code }) => code)).toEqual(['adapter-alone']);
  });

  it('is left as it is where it holds no adapter', () => {
    const index = indexOf({ 'flora.weight': [2, 2], 'explora_A.weight': [2, 2] });
    expect(settleOwnAdapter({ index, config: CONFIG, alpha: null, alphas: new Map() })).toBe(index);
  });

  it.each([
    ['diffusers', 'unet.attn.processor.to_q_lora.down.weight'],
    ['LyCORIS', 'lora_unet_down_blocks_0_attn_to_q.dora_scale'],
    ['LyCORIS', 'lora_unet_conv_in.lora_mid.weight'],
    ['LoRA-ViT', 'blocks.0.attn.qkv.linear_a_q.weight'],
    ['LLaMA-Adapter', 'adapter_query.weight'],
    ['LoHa', 'base_model.model.q.hada_w1_a'],
    ['AdaLoRA', 'base_model.model.q.lora_E'],
    ['IA3', 'base_model.model.q.ia3_l'],
  ])('says that an adapter of another kind is left out: %s', (words, name) => {
    const { warnings } = settle({ 'q.weight': [6, 4], [name]: [2, 4] });
    expect(warnings.map(({ code }) => code)).toEqual(['adapter-not-read']);
    expect(warnings[0]?.message).toContain(words);
  });
});

describe('a changed weight', () => {
  const values = new Float32Array([1, 2, 3, 4, 5, 6, 1, 10, 1, -1, 2]);
  const source = memorySource('w.safetensors', new Uint8Array(values.buffer));
  const shapes = { 'm.base_layer.weight': [2, 3], 'm.lora_A.weight': [1, 3], 'm.lora_B.weight': [2, 1] };
  const others = () => Promise.resolve(source);

  it('is read with B A in it, whichever rows and whichever way round', async () => {
    const index = settleOwnAdapter({
      index: indexOf(shapes),
      config: { r: 1, lora_alpha: 2 },
      alpha: null,
      alphas: new Map(),
    });
    const [tensor] = index.tensors;
    if (tensor === undefined) throw new Error('no tensor');
    const view = { tensor, rowStart: 1, rows: 1, columns: 3, transposed: false };
    // B A of the second row is 2 x (1, 10, 1), doubled by the scale.
    expect([...(await readMatrixView(source, view, others))]).toEqual([8, 45, 10]);
    const { merged, added } = await readChangedMatrix(source, view, others);
    expect([[...merged], [...(added ?? [])]]).toEqual([
      [8, 45, 10],
      [4, 40, 4],
    ]);
    const turned = { tensor, rowStart: 1, rows: 2, columns: 2, transposed: true };
    expect([...(await readMatrixView(source, turned, others))]).toEqual([-18, 45, 1, 10]);
    const strip = { tensor, rowStart: 1, rows: 4, columns: 1, transposed: false };
    expect([...(await readMatrixView(source, strip, others))]).toEqual([-18, 1, 8, 45]);
  });
});
