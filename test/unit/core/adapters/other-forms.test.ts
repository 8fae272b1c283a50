import { describe, expect, it } from 'vitest';
import { readAlphas } from '../../../../src/core/adapters/kohya-tensors.js';
import { mergeAdapter, settleOwnAdapter } from '../../../../src/core/adapters/merge-adapter.js';
import type { CheckpointError } from '../../../../src/core/errors.js';
import { readMatrixView } from '../../../../src/core/tensors/read.js';
import type { TensorEntry, TensorIndex } from '../../../../src/core/tensors/tensor-index.js';
import { memorySource } from '../../support/memory-source.js';
import { problemOf } from '../../support/problem-of.js';

type Shapes = Readonly<Record<string, readonly number[]>>;

function indexOf(shapes: Shapes, file = 'lora.safetensors'): TensorIndex {
  let offset = 0;
  const tensors = Object.entries(shapes).map(([name, shape]): TensorEntry => {
    const byteLength = 4 * shape.reduce((product, size) => product * size, 1);
    const entry: TensorEntry = { name, dtype: 'F32', shape, strides: null, file: 0, offset, byteLength };
    offset += byteLength;
    return entry;
  });
  return { format: 'safetensors', files: [file], tensors, settings: new Map(), warnings: [] };
}

/** Merges an adapter whose alphas all hold one value. */
function merge(base: Shapes, adapter: Shapes, { alpha = 1, config = null }: Said = {}): TensorIndex {
  const index = indexOf(adapter);
  const alphas = new Map(Object.keys(adapter).map((name) => [name, alpha]));
  return mergeAdapter(indexOf(base, 'model.safetensors'), { index, config, alpha: null, alphas });
}

interface Said {
  readonly alpha?: number;
  readonly config?: unknown;
}

const refusal = (base: Shapes, adapter: Shapes, said: Said = {}): Promise<CheckpointError> =>
  problemOf(Promise.resolve().then(() => merge(base, adapter, said)));

const codes = ({ warnings }: TensorIndex): string[] => warnings.map(({ code }) => code);
const changed = ({ tensors }: TensorIndex): string[] =>
  tensors.filter(({ change }) => change !== undefined).map(({ name }) => name);

function kohya(module: string, outputs = 6, inputs = 4, rank = 2): Shapes {
  return {
    [`${module}.lora_down.weight`]: [rank, inputs],
    [`${module}.lora_up.weight`]: [outputs, rank],
    [`${module}.alpha`]: [],
  };
}

function loralib(module: string, down: readonly number[], up: readonly number[]): Shapes {
  return { [`${module}.lora_A`]: down, [`${module}.lora_B`]: up };
}

describe('an adapter in the form of kohya-ss', () => {
  const UNET = { 'down_blocks.0.attn_one.to_q.weight': [6, 4], 'down_blocks.0.attn_one.to_q.bias': [6] };

  it('finds weights by paths with underscores, and scales by its own alpha', () => {
    const index = merge(UNET, kohya('lora_unet_down_blocks_0_attn_one_to_q'), { alpha: 8 });
    expect(changed(index)).toEqual(['down_blocks.0.attn_one.to_q.weight']);
    expect(index.adapter).toMatchObject({ targets: ['attn_one_to_q'], scale: [4, 4] });
    expect(codes(index)).toEqual(['adapter']);
  });

  it.each([
    ['under a prefix', { 'model.diffusion_model.q.weight': [6, 4] }, kohya('lora_unet_q')],
    [
      'as a convolution of one by one',
      { 'q.weight': [6, 4] },
      { 'lora_unet_q.lora_down.weight': [2, 4, 1, 1], 'lora_unet_q.lora_up.weight': [6, 2, 1, 1] },
    ],
    ['by names with dots', { 'blocks.0.q.weight': [6, 4] }, kohya('diffusion_model.blocks.0.q')],
  ])('finds weights %s', (_name, base: Shapes, adapter: Shapes) => {
    expect(changed(merge(base, adapter))).toHaveLength(1);
  });

  it('leaves out the models of the pipeline that the base is none of, by name', () => {
    const adapter = { ...kohya('lora_te2_layer_q', 8, 5), ...kohya('lora_te1_layer_q', 6, 4) };
    const index = merge({ 'layer.q.weight': [8, 5] }, adapter);
    expect(index.adapter).toMatchObject({ matrices: 1 });
    expect(index.warnings[0]?.message).toContain('lora_te1');
  });

  it.each([
    ['no module of it', { 'x.weight': [6, 4] }, kohya('lora_unet_q'), 'lora_unet_q, of which it has no weight'],
    ['another shape', { 'q.weight': [6, 5] }, kohya('lora_unet_q'), 'of fitting shape'],
    [
      'a part of one model',
      { 'q.weight': [6, 4] },
      { ...kohya('lora_unet_q'), ...kohya('lora_unet_k') },
      'lora_unet_k, of which',
    ],
    [
      'two weights of one flat name',
      { 'a.b_c.weight': [6, 4], 'a_b.c.weight': [6, 4] },
      kohya('lora_unet_a_b_c'),
      'several weights',
    ],
    [
      'the same names twice',
      { 'student.q.weight': [6, 4], 'teacher.q.weight': [6, 4] },
      kohya('lora_unet_q'),
      'several weights',
    ],
    [
      'two models on one weight',
      { 'q.weight': [6, 4] },
      { ...kohya('lora_te1_q'), ...kohya('lora_te2_q') },
      'several weights',
    ],
  ])('is not laid over a base with %s', async (_name, base: Shapes, adapter: Shapes, words) => {
    const { problem, code } = await refusal(base, adapter);
    expect(problem).toContain(words);
    expect(code).toBe('wrong-use');
  });

  it.each([
    ['half of a pair', { 'lora_unet_q.lora_up.weight': [6, 2] }, 1, 'has no lora_down'],
    ['an alpha without value', kohya('lora_unet_q'), NaN, 'alpha of lora_unet_q is no finite number'],
  ])('is refused with %s', async (_name, adapter: Shapes, alpha, words) => {
    expect((await refusal({ 'q.weight': [6, 4] }, adapter, { alpha })).problem).toContain(words);
  });

  it('reads its alphas and no other tensors', async () => {
    const bytes = new Uint8Array(new Float32Array([...Array<number>(20).fill(7), 0.5]).buffer);
    const index = indexOf(kohya('lora_unet_q'));
    const source = memorySource('lora.safetensors', bytes);
    expect(await readAlphas(index, () => Promise.resolve(source))).toEqual(new Map([['lora_unet_q.alpha', 0.5]]));
    const other = indexOf({ 'head.alpha': [], 'q.weight': [6, 4] });
    expect((await readAlphas(other, () => Promise.reject(new Error('was read')))).size).toBe(0);
  });
});

describe('an adapter in the form of loralib', () => {
  const BASE = { 'qkv.weight': [6, 3] };
  const enabled = (...enable_lora: boolean[]): Said => ({ config: { r: 1, lora_alpha: 1, enable_lora } });
  const parts = (index: TensorIndex): unknown => index.tensors.find(({ change }) => change)?.change?.parts;

  it.each([
    ['all parts', loralib('qkv', [3, 3], [6, 1]), {}, [0, 1, 2], false],
    ['query and value by custom', loralib('qkv', [2, 3], [4, 1]), {}, [0, null, 1], true],
    [
      'those that the configuration names',
      loralib('qkv', [2, 3], [4, 1]),
      enabled(true, true, false),
      [0, 1, null],
      false,
    ],
    [
      'one that the configuration names',
      loralib('qkv', [1, 3], [2, 1]),
      enabled(false, true, false),
      [null, 0, null],
      false,
    ],
    ['the whole weight', loralib('qkv', [1, 3], [6, 1]), {}, undefined, false],
  ])('changes %s', (_name, adapter: Shapes, said: Said, expected, assumed) => {
    const index = merge(BASE, adapter, said);
    expect(parts(index)).toEqual(expected);
    expect(codes(index).includes('adapter-parts')).toBe(assumed);
  });

  it.each([
    ['one part of three, and nothing says which', loralib('qkv', [1, 3], [2, 1]), {}],
    ['other parts than the configuration says', loralib('qkv', [2, 3], [4, 1]), enabled(true, false, false)],
    ['parts of a weight that has more', loralib('qkv', [2, 3], [2, 1]), {}],
  ])('is declined by name with %s', async (_name, adapter: Shapes, said: Said) => {
    const { code, problem, advice } = await refusal(BASE, adapter, said);
    expect(code).toBe('unsupported');
    expect(advice).toContain('enable_lora');
    expect(problem).toContain('nothing says which');
  });

  it('is read with each part by its own factors', async () => {
    const shapes = { ...BASE, ...loralib('qkv', [2, 3], [4, 1]) };
    // The weight holds zeros, A (1, 2, 3) and (4, 5, 6), B 1, 10 for the first part and 100, 1000 for the third.
    const values = [...Array<number>(18).fill(0), 1, 2, 3, 4, 5, 6, 1, 10, 100, 1000];
    const source = memorySource('w.pt', new Uint8Array(new Float32Array(values).buffer));
    const index = settleOwnAdapter({ index: indexOf(shapes, 'w.pt'), config: null, alpha: null, alphas: new Map() });
    expect(codes(index)).toEqual(['adapter', 'adapter-scale', 'adapter-parts', 'adapter-merged-before']);
    const [tensor] = index.tensors;
    if (tensor === undefined) throw new Error('no tensor');
    const others = () => Promise.resolve(source);
    const view = { tensor, rowStart: 1, rows: 4, columns: 3, transposed: false };
    const rows = [10, 20, 30, 0, 0, 0, 0, 0, 0, 400, 500, 600];
    expect([...(await readMatrixView(source, view, others))]).toEqual(rows);
  });

  it('is left out by name where it changes more than linear maps, and the base is whole', () => {
    const shapes = { 'conv.weight': [6, 3, 2, 2], ...loralib('conv', [4, 6], [12, 4]) };
    const index = settleOwnAdapter({ index: indexOf(shapes, 'w.pt'), config: null, alpha: null, alphas: new Map() });
    expect(codes(index)).toEqual(['adapter-not-read']);
    expect(index.warnings[0]?.message).toContain('loralib (lora_A [4, 6]');
    expect(changed(index)).toEqual([]);
  });
});
