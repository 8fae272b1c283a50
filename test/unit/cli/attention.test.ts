import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { npyHeader } from '../../../src/core/export/npy.js';
import { FIXTURES, SAMPLE } from '../support/analyse.js';
import { runCli } from '../support/run-cli.js';

const COFFEE = path.join(SAMPLE, 'images/coffee.png');
/** What the model of the reference saw, and its labels. */
const REFERENCE = path.join(FIXTURES, 'attention/coffee');
const VIT = path.join(FIXTURES, 'checkpoints/hf_vit');
/** A model whose tokens attend within windows, on 16 x 16 patches. */
const SWIN = [path.join(FIXTURES, 'checkpoints/timm_swin/swin.pth'), COFFEE, '--size', '32x32'];

const share = v.nullable(v.number());
const regions = { target: share, other: share, background: share, mixed: share, prefix: v.optional(share) };
const source = v.object({ ...regions, ratio: v.object(regions) });
const preference = v.object({ target: source, other: source });
const figures = { index: v.number(), toPrefix: v.number(), toSelf: v.number(), preference: v.optional(preference) };
const top = v.array(v.object({ index: v.number(), label: v.nullable(v.string()), value: v.number() }));
const result = v.object({
  schema: v.literal(1),
  command: v.literal('attention'),
  warnings: v.array(v.object({ code: v.string(), message: v.string() })),
  input: v.object({
    size: v.array(v.number()),
    grid: v.array(v.number()),
    preprocessing: v.nullable(v.looseObject({})),
  }),
  recomputed: v.object({ layers: v.array(v.object({ index: v.number(), maxAbsError: v.number() })) }),
  layers: v.array(
    v.object({
      ...figures,
      outsideNearest: v.optional(v.number()),
      heads: v.array(v.object(figures)),
    }),
  ),
  output: v.object({ from: v.string(), top: v.optional(top) }),
  nearestKeys: v.optional(v.object({ outputChange: v.object({ relativeL2: v.number(), cosine: v.number() }) })),
});

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'attention-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function attention(...args: string[]): Promise<v.InferOutput<typeof result>> {
  const run = await runCli(['attention', ...args, '--json']);
  expect(run).toMatchObject({ status: 0, stderr: '' });
  return v.parse(result, JSON.parse(run.stdout));
}

/** The arrays of an archive whose members are stored, float64 in C order. */
async function readArchive(file: string): Promise<ReadonlyMap<string, { shape: number[]; values: Float64Array }>> {
  const bytes = await readFile(file);
  const arrays = new Map<string, { shape: number[]; values: Float64Array }>();
  for (let at = 0; bytes.readUInt32LE(at) === 0x0403_4b50;) {
    const start = at + 30 + bytes.readUInt16LE(at + 26);
    const end = start + bytes.readUInt32LE(at + 18);
    const data = start + 10 + bytes.readUInt16LE(start + 8);
    const shape = /'descr': '<f8', 'fortran_order': False, 'shape': \(([\d, ]+)\)/u.exec(
      bytes.toString('latin1', start, data),
    )?.[1];
    const sizes = (shape ?? '').split(',').filter((size) => size.trim() !== '');
    const values = new Float64Array(Uint8Array.from(bytes.subarray(data, end)).buffer);
    arrays.set(bytes.toString('utf8', at + 30, start).replace(/\.npy$/u, ''), { shape: sizes.map(Number), values });
    at = end;
  }
  return arrays;
}

/** A NumPy array file of float64. */
async function writeArray(name: string, shape: readonly number[], values: Float64Array): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, Buffer.concat([npyHeader(shape), new Uint8Array(values.buffer)]));
  return file;
}

describe('qk-lens attention', () => {
  it('recomputes the attention of every layer from the weights', async () => {
    const { input, recomputed, layers, output } = await attention(SAMPLE, COFFEE);
    expect(input).toMatchObject({ size: [224, 224], grid: [16, 16], preprocessing: { from: 'transformers' } });
    expect(recomputed.layers.map(({ index }) => index)).toEqual(Array.from({ length: 12 }, (_, index) => index));
    for (const { maxAbsError } of recomputed.layers) {
      expect(maxAbsError).toBeLessThan(1e-4);
      // Float32 on one side: no difference at all would mean that nothing was compared.
      expect(maxAbsError).toBeGreaterThan(0);
    }
    expect(layers.every(({ heads }) => heads.length === 6)).toBe(true);
    expect(output).toEqual({ from: 'pooled' });
  });

  it('gives the preference of the reference, in each variant of the keys', async () => {
    const expected = v.parse(
      v.object({ preference: v.object({ from_target: v.record(v.string(), v.object({ share: v.looseObject({}) })) }) }),
      JSON.parse(await readFile(path.join(REFERENCE, 'expected.json'), 'utf8')),
    ).preference.from_target;
    const variants = {
      'without-prefix': 'without_cls',
      'without-prefix-and-self': 'without_cls_and_self',
      all: 'with_cls',
    } as const;
    const mask = path.join(REFERENCE, 'mask.png');
    for (const [keys, name] of Object.entries(variants)) {
      const args = ['--size', '224x224', '--mask', mask, '--layer', '8', '--keys', keys];
      const { layers, warnings } = await attention(SAMPLE, path.join(REFERENCE, 'input.png'), ...args);
      expect(warnings).toEqual([]);
      const [layer] = layers;
      for (const { preference: own } of layer?.heads ?? []) {
        for (const { ratio, ...shares } of [own?.target, own?.other].filter((each) => each !== undefined)) {
          expect(Object.keys(ratio)).toEqual(Object.keys(shares));
          const sum = Object.values(shares).reduce<number>((all, value) => all + (value ?? 0), 0);
          expect(sum).toBeCloseTo(1, 5);
        }
      }
      const target = layer?.heads.map((head) => head.preference?.target.target ?? NaN) ?? [];
      const reference = v.parse(v.array(v.number()), expected[name]?.share['target']);
      // The sample's weights are the reference's, rounded to float16.
      expect(target.map((value, head) => Math.abs(value - (reference[head] ?? NaN)) < 1e-3)).toEqual(
        Array<boolean>(6).fill(true),
      );
      const mean = target.reduce((sum, value) => sum + value, 0) / target.length;
      expect(layer?.preference?.target.target).toBeCloseTo(mean, 12);
    }
  });

  it('writes attention, tokens, pixels and output, and takes the pixels again', async () => {
    const file = path.join(folder, 'run.npz');
    const first = await attention(SAMPLE, COFFEE, '--layer', '3,8', '--npz', file, '--size', '112x168');
    expect(first.input).toMatchObject({ size: [112, 168], grid: [8, 12] });
    const arrays = await readArchive(file);
    const tokens = 1 + 8 * 12;
    expect([...arrays.keys()].sort()).toEqual(
      ['attention_3', 'attention_8', 'output', 'pixels', 'tokens_3', 'tokens_8'].sort(),
    );
    const rows = arrays.get('attention_8');
    expect(rows?.shape).toEqual([6, tokens, tokens]);
    for (let at = 0; at < 6 * tokens; at++) {
      const row = rows?.values.subarray(at * tokens, (at + 1) * tokens) ?? new Float64Array();
      expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    }
    expect(arrays.get('tokens_8')?.shape).toEqual([tokens, 384]);
    expect(arrays.get('pixels')?.shape).toEqual([1, 3, 112, 168]);
    expect(arrays.get('output')?.shape).toEqual([384]);

    const pixels = await writeArray(
      'pixels.npy',
      [1, 3, 112, 168],
      Float64Array.from(arrays.get('pixels')?.values ?? []),
    );
    const again = await attention(SAMPLE, '--pixels', pixels, '--layer', '3,8');
    expect(again.input.preprocessing).toBeNull();
    expect(again.layers).toEqual(first.layers);
  });

  it('narrows to one head', async () => {
    const file = path.join(folder, 'head.npz');
    const { layers } = await attention(SAMPLE, COFFEE, '--layer', '8', '--head', '3', '--npz', file);
    expect(layers.map(({ heads }) => heads.map(({ index }) => index))).toEqual([[3]]);
    expect((await readArchive(file)).get('attention_8')?.shape).toEqual([1, 257, 257]);
  });

  it('tells classes, and what the nearest keys leave out and change', async () => {
    const all = await attention(VIT, COFFEE, '--size', '32x32', '--knn', '17');
    expect(all.output.from).toBe('logits');
    const values = all.output.top?.map(({ value }) => value) ?? [];
    expect(values.length).toBeGreaterThan(1);
    expect(values).toEqual([...values].sort((a, b) => b - a));
    expect(all.layers[0]?.outsideNearest).toBe(0);
    expect(all.nearestKeys?.outputChange.relativeL2).toBeLessThan(1e-6);
    const few = await attention(VIT, COFFEE, '--size', '32x32', '--knn', '2');
    expect(few.layers[0]?.outsideNearest).toBeGreaterThan(0.1);
    expect(few.nearestKeys?.outputChange.relativeL2).toBeGreaterThan(1e-4);
  });

  it('can be read', async () => {
    const run = await runCli(['attention', SAMPLE, COFFEE, '--layer', '8']);
    expect(run).toMatchObject({ status: 0, stderr: '' });
    expect(run.stdout).toContain('16 x 16 patches');
  });

  it('says where windows are, in the grid of each layer, and writes their attention', async () => {
    const npz = path.join(folder, 'swin.npz');
    const png = path.join(folder, 'swin.png');
    const run = await runCli([
      'attention',
      ...SWIN,
      '--layer',
      '1,2',
      '--npz',
      npz,
      '--png',
      png,
      '--query',
      '0,9',
      '--quiet',
    ]);
    expect(run).toMatchObject({ status: 0, stderr: '' });
    expect(run.stdout).toMatch(/1 +0\.000 +0\.\d+ +16 x 16 +16 of 4 x 4\n +2 +0\.000 +0\.\d+ +8 x 8 +4 of 4 x 4\n/u);
    const arrays = await readArchive(npz);
    expect(arrays.get('attention_1')?.shape).toEqual([2, 16, 16, 16]);
    expect(arrays.get('attention_2')?.shape).toEqual([4, 4, 16, 16]);
    expect(arrays.get('tokens_2')?.shape).toEqual([64, 32]);
    const places = arrays.get('windows_2');
    expect(places?.shape).toEqual([4, 16]);
    // The second window of layer 2, which is not moved: columns 4 to 7 of the first four rows.
    expect([...(places?.values.subarray(16, 32) ?? [])]).toEqual([
      4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31,
    ]);
    expect((await readFile(png)).byteLength).toBeGreaterThan(1000);
  });

  it('tells what an object attends to within windows, where labels are those of the merged patches', async () => {
    const { layers } = await attention(...SWIN, '--mask', path.join(REFERENCE, 'mask.png'), '--keys', 'all', '--quiet');
    expect(layers).toHaveLength(4);
    for (const { heads, preference: mean } of layers) {
      for (const { preference: own } of [...heads, { preference: mean }]) {
        const { ratio, ...shares } = own?.target ?? { ratio: null };
        expect(Object.values(shares).reduce((sum: number, each) => sum + (each ?? 0), 0)).toBeCloseTo(1, 6);
        expect(shares).toMatchObject({ prefix: 0 });
        expect(ratio).toMatchObject({ prefix: null });
        expect(ratio?.target).toBeGreaterThan(0.5);
      }
    }
  });

  it.each([
    { args: [SAMPLE, path.join(SAMPLE, 'config.json')], status: 1, says: 'config.json: ' },
    { args: [path.join(FIXTURES, 'checkpoints/text_bert'), COFFEE], status: 1, says: 'cannot be run' },
    { args: [...SWIN, '--mask', COFFEE], status: 1, says: 'which is no label' },
    { args: [...SWIN, '--knn', '3'], status: 1, says: '(--knn) is not given' },
    { args: [SAMPLE, COFFEE, '--mask', COFFEE], status: 1, says: 'which is no label' },
    { args: [SAMPLE, '--pixels', path.join(SAMPLE, 'config.json')], status: 1, says: 'not a NumPy array file' },
    { args: [SAMPLE], status: 2, says: '--pixels FILE.npy' },
    { args: [SAMPLE, COFFEE, '--size', '100x100'], status: 2, says: 'multiples of 14' },
    { args: [SAMPLE, COFFEE, '--layer', '12'], status: 2, says: 'layers 0 to 11' },
    { args: [SAMPLE, COFFEE, '--head', '6'], status: 2, says: 'heads 0 to 5' },
    { args: [SAMPLE, COFFEE, '--keys', 'all'], status: 2, says: '--mask' },
  ])('exits with $status and says "$says"', async ({ args, status, says }) => {
    const run = await runCli(['attention', ...args, '--json']);
    expect(run).toMatchObject({ status, stdout: '' });
    expect(run.stderr).toMatch(/^qk-lens: [^\n]+\n$/u);
    expect(run.stderr).toContain(says);
  });

  it('refuses pixels of another shape, of a false length, and such as are not finite', async () => {
    const three = new Float64Array(3 * 14 * 14);
    const flat = await writeArray('flat.npy', [3, 14, 14], three);
    const short = await writeArray('short.npy', [1, 3, 14, 28], three);
    const holed = await writeArray(
      'holed.npy',
      [1, 3, 14, 14],
      three.map((_, at) => (at === 7 ? NaN : 0)),
    );
    const says: [string, string][] = [
      [flat, 'its header is'],
      [short, 'its shape needs'],
      [holed, 'NaN or infinity'],
    ];
    for (const [file, words] of says) {
      const run = await runCli(['attention', SAMPLE, '--pixels', file]);
      expect(run).toMatchObject({ status: 1, stdout: '' });
      expect(run.stderr).toContain(words);
    }
  });
});
