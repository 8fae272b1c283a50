import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SemanticsFlags, semanticsOptions } from '../../../src/cli/commands/semantics-options.js';
import { UsageError } from '../../../src/cli/usage-error.js';
import { keypointFigures } from '../core/analysis/keypoints/reference.js';
import { FIXTURES, SAMPLE } from '../support/analyse.js';
import { randomNumbers } from '../support/random.js';
import { runCli } from '../support/run-cli.js';

const REFERENCE = path.join(FIXTURES, 'attention/coffee');
/** 32 x 32 pixels, patches of 8, two layers of four heads, five classes. */
const VIT = path.join(FIXTURES, 'checkpoints/hf_vit');

const figure = v.nullable(v.number());
const map = v.array(v.array(v.number()));
const interrelation = v.object({ w: figure, nullMean: figure, nullDeviation: figure, p: figure });
const band = v.nullable(v.tuple([v.number(), v.number()]));
const candidate = v.object({
  patches: v.array(v.number()),
  weight: v.number(),
  effect: v.number(),
  z: figure,
  band,
  places: v.number(),
});
const spurious = v.object({
  relevance: v.nullable(v.object({ kind: v.string(), asker: v.nullable(v.string()) })),
  offRatio: figure,
  log2Lift: figure,
  candidates: v.array(candidate),
});
const top = v.array(v.object({ index: v.number(), value: v.number() }));
const heads = v.array(
  v.object({
    index: v.number(),
    interrelation,
    keySide: figure,
    querySide: figure,
    groupShare: v.array(v.array(figure)),
    groupRatio: v.array(v.array(figure)),
  }),
);
const warnings = v.array(v.object({ code: v.string(), message: v.string() }));
const result = v.object({
  schema: v.literal(1),
  command: v.literal('semantics'),
  warnings,
  grid: v.array(v.number()),
  keypoints: v.number(),
  concentration: map,
  groups: map,
  layers: v.array(v.object({ index: v.number(), heads })),
  significantHeads: v.array(v.object({ layer: v.number(), head: v.number() })),
  spurious: v.optional(spurious),
  prompting: v.nullish(
    v.object({
      beta: figure,
      outputChange: v.object({ relativeL2: v.number(), cosine: v.number() }),
      topBefore: v.nullable(top),
      topAfter: v.nullable(top),
      band,
      form: v.string(),
      layers: v.nullable(v.array(v.number())),
      curve: v.optional(v.array(v.object({ beta: v.number(), relativeL2: v.number(), cosine: v.number(), band }))),
    }),
  ),
  recomputed: v.object({ layers: v.array(v.object({ index: v.number(), maxAbsError: v.number() })) }),
});
const folderResult = v.object({
  warnings,
  folder: v.object({
    images: v.number(),
    done: v.number(),
    skipped: v.array(v.object({ name: v.string(), problem: v.string() })),
  }),
  images: v.array(v.object({ name: v.string(), keypoints: v.number(), spurious: v.optional(spurious) })),
  summary: v.object({
    layers: v.array(v.object({ heads: v.array(v.object({ significantIn: v.number() })) })),
    spurious: v.object({ offRatio: v.object({ mean: v.number(), pictures: v.number() }) }),
  }),
});

let folder = '';
const file = (name: string): string => path.join(folder, name);

/** A grey picture; each value is drawn as a square of `block` pixels. */
async function draw(name: string, side: number, block: number, value: (x: number, y: number) => number): Promise<void> {
  const pixels = Uint8Array.from({ length: side * side }, (_, at) =>
    value(Math.floor((at % side) / block), Math.floor(at / side / block)),
  );
  await mkdir(path.dirname(file(name)), { recursive: true });
  await sharp(pixels, { raw: { width: side, height: side, channels: 1 } })
    .png()
    .toFile(file(name));
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'semantics-'));
  const next = randomNumbers(9);
  await draw('pictures/noise.png', 32, 4, () => 255 * next());
  await draw('pictures/class/more.png', 32, 4, () => (next() > 0.5 ? 255 : 0));
  await draw('pictures/blank.png', 32, 32, () => 90);
  const left = (x: number): number => Number(x < 2);
  await draw('masks/noise.png', 32, 8, left);
  await draw('masks/class/more.png', 32, 8, left);
  await draw('masks/blank.png', 32, 8, left);
  await draw('all.png', 32, 32, () => 1);
  await writeFile(file('pictures/broken.png'), (await readFile(file('pictures/noise.png'))).subarray(0, 90));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function json<Schema extends v.GenericSchema>(schema: Schema, ...args: string[]): Promise<v.InferOutput<Schema>> {
  const run = await runCli(['semantics', ...args, '--json']);
  expect(run).toMatchObject({ status: 0, stderr: '' });
  return v.parse(schema, JSON.parse(run.stdout));
}

describe('qk-lens semantics', () => {
  it('gives the figures of the reference on the sample, as far as its weights in float16 do', async () => {
    const found = await json(result, SAMPLE, path.join(REFERENCE, 'input.png'), '--size', '224x224');
    const golden = keypointFigures('coffee');
    expect(found.grid).toEqual([16, 16]);
    expect(found.groups.flat()).toEqual(golden.group);
    found.concentration.flat().forEach((c, at) => {
      expect(Math.abs(c - (golden.concentration[at] ?? NaN))).toBeLessThan(1e-5);
    });
    const own = found.layers[8]?.heads ?? [];
    for (const [head, figures] of own.entries()) {
      const expected = golden.interrelation.scale;
      const { w, nullMean, nullDeviation } = figures.interrelation;
      expect(Math.abs((w ?? NaN) / (expected.value[head] ?? NaN) - 1)).toBeLessThan(1e-3);
      expect(Math.abs((nullMean ?? NaN) / (expected.null_mean[head] ?? NaN) - 1)).toBeLessThan(1e-3);
      expect(Math.abs((nullDeviation ?? NaN) / (expected.null_deviation[head] ?? NaN) - 1)).toBeLessThan(1e-3);
      golden.group_share[head]?.flat().forEach((share, at) => {
        expect(Math.abs((figures.groupShare.flat()[at] ?? NaN) - share)).toBeLessThan(1e-3);
      });
    }
    expect(own).toHaveLength(6);
    // By p alone 39 of the 72 heads stand out in the reference.
    const below = found.layers.flatMap((layer) => layer.heads).filter(({ interrelation: { p } }) => (p ?? 1) < 0.05);
    expect(below).toHaveLength(39);
    expect(found.significantHeads.length).toBeLessThan(39);
    expect(found.significantHeads).toContainEqual({ layer: 5, head: 2 });
  });

  it('tells what lies off the object, what it does to the output, and what prompting does', async () => {
    const masked = ['--mask', file('masks/noise.png'), '--relevance', 'deletion', '--places', '4'];
    const prompted = ['--prompt', 'target', '--beta', '3', '--shifts', '5'];
    const found = await json(result, VIT, file('pictures/noise.png'), ...masked, ...prompted);
    expect(found.spurious?.offRatio).toBeGreaterThan(0);
    const list = found.spurious?.candidates ?? [];
    expect(list.length).toBeGreaterThan(0);
    for (const { patches, effect, places } of list) {
      expect(patches.every((patch) => patch % 4 >= 2)).toBe(true);
      expect(effect).toBeGreaterThan(0);
      expect(places).toBeLessThanOrEqual(4);
    }
    const { prompting } = found;
    expect(prompting?.outputChange.relativeL2).toBeGreaterThan(0);
    expect(prompting?.topBefore).toHaveLength(5);
    expect(prompting?.topAfter).not.toEqual(prompting?.topBefore);
    const [low = NaN, high = NaN] = prompting?.band ?? [];
    expect(low).toBeLessThanOrEqual(high);
    const nothing = ['--object-from-tokens', '--candidates', '0', '--prompt', 'concentration', '--beta', '0'];
    const still = await json(result, VIT, file('pictures/noise.png'), ...nothing);
    expect(still.warnings.map(({ code }) => code)).toContain('object-from-tokens');
    expect(still.spurious?.offRatio).toBeGreaterThan(0);
    expect(still.prompting).toMatchObject({ outputChange: { relativeL2: 0 }, band: [0, 0] });
    expect(still.prompting?.topAfter).toEqual(still.prompting?.topBefore);
  });

  it('has a curve over strengths, each beside its own shifts, in chosen layers and heads', async () => {
    const prompt = ['--prompt', 'target', '--prompt-form', 'reweight', '--betas', '4,-0.5,1,4', '--shifts', '3'];
    const places = ['--prompt-layers', '1', '--prompt-heads', '0-1,3'];
    const args = ['--mask', file('masks/noise.png'), '--candidates', '0', ...prompt, ...places];
    const { prompting } = await json(result, VIT, file('pictures/noise.png'), ...args);
    const curve = prompting?.curve ?? [];
    expect(curve.map(({ beta }) => beta)).toEqual([-0.5, 1, 4]);
    // Without --beta it is the strongest one that the rest is told of.
    const { beta: strength, relativeL2, cosine, band: shifted } = curve[2] ?? {};
    expect(prompting).toMatchObject({ form: 'reweight', beta: strength, layers: [1], band: shifted });
    expect(prompting?.outputChange).toEqual({ relativeL2, cosine });
    expect(curve[1]?.relativeL2).toBeLessThan(relativeL2 ?? 0);
    expect(curve[1]?.relativeL2).toBeGreaterThan(0);
  });

  it('takes patches away: all of them is an error that says so', async () => {
    const mask = (name: string): string[] => ['--mask', file(name), '--prompt', 'target', '--prompt-form'];
    const some = [...mask('masks/noise.png'), 'drop', '--candidates', '0', '--shifts', '0'];
    const { prompting, recomputed } = await json(result, VIT, file('pictures/noise.png'), ...some);
    expect(prompting).toMatchObject({ form: 'drop', beta: null, band: null });
    expect(prompting?.outputChange.relativeL2).toBeGreaterThan(0);
    expect(prompting?.curve).toBeUndefined();
    expect(recomputed.layers.map(({ maxAbsError }) => maxAbsError < 1e-5)).toEqual([true, true]);
    const all = await runCli(['semantics', VIT, file('pictures/noise.png'), ...mask('all.png'), 'mask']);
    expect(all).toMatchObject({ status: 2, stdout: '' });
    expect(all.stderr).toContain('it masks every patch, so that nothing is left of the picture to attend to');
    const beyond = [...mask('masks/noise.png'), 'mask', '--prompt-layers', '1-2'];
    const none = await runCli(['semantics', VIT, file('pictures/noise.png'), ...beyond]);
    expect(none).toMatchObject({ status: 2, stdout: '' });
    expect(none.stderr).toContain('has layers 0 to 1, no layer 2');
  });

  it('says so when there are no keypoints, or a mask covers all', async () => {
    const blank = await json(result, VIT, file('pictures/blank.png'), '--prompt', 'concentration', '--beta', '1');
    expect(blank.warnings.map(({ code }) => code)).toEqual(expect.arrayContaining(['no-keypoints', 'no-prompt']));
    expect(blank.keypoints).toBe(0);
    expect(blank.layers[0]?.heads[0]).toMatchObject({ interrelation: { w: null, p: null }, keySide: null });
    expect(blank.prompting).toBeNull();
    expect(blank.spurious).toBeUndefined();
    const covered = await json(result, VIT, file('pictures/noise.png'), '--mask', file('all.png'));
    expect(covered.warnings.map(({ code }) => code)).toContain('mask-covers-all');
    expect(covered.spurious).toMatchObject({ offRatio: null, log2Lift: null, candidates: [] });
  });

  it('says what stands for the class token where there is none', async () => {
    const found = await json(
      result,
      path.join(FIXTURES, 'checkpoints/hf_siglip'),
      file('pictures/noise.png'),
      ...['--mask', file('masks/noise.png'), '--candidates', '0', '--relevance', 'rollout'],
    );
    expect(found.warnings.map(({ code }) => code)).toContain('no-class-token');
    expect(found.spurious?.relevance).toEqual({ kind: 'rollout', asker: 'patch-mean' });
    expect(found.spurious?.offRatio).toBeGreaterThan(0);
  });

  it('refuses a folder of masks for one picture', async () => {
    const run = await runCli(['semantics', VIT, 'pictures/noise.png', '--mask', 'masks'], folder);
    expect(run).toMatchObject({ status: 2, stdout: '' });
    expect(run.stderr).toMatch(/^qk-lens: --mask takes a file for a picture[^\n]+\n$/);
  });
});

describe('semanticsOptions', () => {
  const flags = { concentration: 'scale', relevance: 'attention', candidates: '3', places: '20', shifts: '39' };

  it('takes what nothing else is said of', () => {
    expect(semanticsOptions(flags)).toMatchObject({ concentration: 'scale', mask: null, prompt: null, places: 20 });
    expect(semanticsOptions({ ...flags, guidedMasks: 'x.npz' }).guidedMasks).toEqual({
      file: 'x.npz',
      concentration: 'scale',
      ratio: 0.75,
      strength: 0.5,
      direction: 'rich',
    });
    const plain = { form: 'bias', beta: -5, betas: null, layers: null, heads: null };
    expect(semanticsOptions({ ...flags, prompt: 'concentration', beta: '-.5e1' }).prompt).toMatchObject(plain);
    const curve = { prompt: 'concentration', betas: 'default', promptLayers: '8-10,0,9', promptHeads: '2' };
    expect(semanticsOptions({ ...flags, ...curve }).prompt).toMatchObject({
      beta: 4,
      betas: [-4, -2, -1, -0.5, 0.5, 1, 2, 4],
      layers: [0, 8, 9, 10],
      heads: [2],
    });
    const masked = { prompt: 'concentration', promptForm: 'mask' };
    expect(semanticsOptions({ ...flags, ...masked }).prompt).toMatchObject({ form: 'mask', beta: null, betas: null });
  });

  it.each<[string, Partial<SemanticsFlags>, RegExp]>([
    ['a strength that float32 cannot hold', { prompt: 'concentration', beta: '100' }, /--beta.*float32/],
    ['a strength that is no number', { prompt: 'concentration', beta: '0x10' }, /--beta/],
    ['a target without a mask', { prompt: 'target', beta: '1' }, /--mask/],
    ['a strength without a guide', { beta: '1' }, /--prompt/],
    ['a guide without a strength', { prompt: 'concentration' }, /--beta NUMBER or --betas LIST/],
    ['a form that is none', { prompt: 'concentration', promptForm: 'add', beta: '1' }, /bias, reweight, mask, drop/],
    ['a form without a guide', { promptForm: 'mask' }, /--prompt-form goes with --prompt/],
    ['a strength of a mask', { prompt: 'concentration', promptForm: 'mask', beta: '1' }, /has no strength/],
    [
      'layers of what takes patches out of all',
      { prompt: 'concentration', promptForm: 'drop', promptLayers: '1' },
      /all/,
    ],
    ['attention below nothing', { prompt: 'concentration', promptForm: 'reweight', beta: '-2' }, /nothing is left/],
    ['a strength of a curve beyond float32', { prompt: 'concentration', betas: '1,88' }, /--betas.*float32/],
    ['an empty strength', { prompt: 'concentration', betas: '1,,2' }, /--betas/],
    ['layers in the wrong order', { prompt: 'concentration', beta: '1', promptLayers: '5-2' }, /--prompt-layers/],
    ['heads that are no numbers', { prompt: 'concentration', beta: '1', promptHeads: 'all' }, /--prompt-heads/],
    ['two objects', { mask: 'x.png', objectFromTokens: true }, /leave one out/],
    ['a guide that is none', { prompt: 'all', beta: '1' }, /concentration, target/],
    ['a share that is none', { guidedMasks: 'x.npz', rho: '1.5' }, /--rho/],
    ['a direction that is none', { guidedMasks: 'x.npz', direction: 'up' }, /rich, poor/],
    ['shares without masks', { alpha: '0.5' }, /--guided-masks/],
    ['another kind of file', { guidedMasks: 'x.csv' }, /FILE\.npz/],
    ['a count that is none', { shifts: '-1' }, /--shifts/],
  ])('refuses %s', (_, given, reason) => {
    const attempt = () => semanticsOptions({ ...flags, ...given });
    expect(attempt).toThrow(UsageError);
    expect(attempt).toThrow(reason);
  });
});

describe('qk-lens semantics on a folder', () => {
  it('has a row a picture and their summary, and names the broken one', async () => {
    const out = file('out.json');
    const args = ['--mask', file('masks'), '--candidates', '1', '--places', '2', '--json', out];
    const run = await runCli(['semantics', VIT, file('pictures'), ...args]);
    expect(run).toEqual({ status: 0, stdout: '', stderr: '' });
    const found = v.parse(folderResult, JSON.parse(await readFile(out, 'utf8')));
    expect(found.folder).toMatchObject({ images: 4, done: 3 });
    expect(found.folder.skipped.map(({ name }) => name)).toEqual(['broken.png']);
    expect(found.warnings.map(({ code }) => code)).toContain('picture-skipped');
    expect(found.images.map(({ name }) => name)).toEqual(['blank.png', 'class/more.png', 'noise.png']);
    expect(found.images.map(({ spurious: own }) => own?.log2Lift === null)).toEqual([true, false, false]);
    expect(found.summary.layers.map((layer) => layer.heads.length)).toEqual([4, 4]);
    expect(found.summary.spurious.offRatio.pictures).toBe(3);
    expect((await readdir(folder)).filter((name) => name.includes('partial') || name.endsWith('.tmp'))).toEqual([]);
  });

  const python = process.env['QK_LENS_PYTHON'];
  const name = 'writes guided masks that the documented dataset samples exactly (needs QK_LENS_PYTHON with torch)';
  it.skipIf(python === undefined)(
    name,
    async () => {
      await writeMasks();
      await copyFile(path.join(import.meta.dirname, '../../../media/docs/guided_masks.py'), file('guided_masks.py'));
      await writeFile(file('check.py'), CHECK);
      await promisify(execFile)(python ?? '', ['check.py'], { cwd: folder });
    },
    120_000,
  );

  it('writes guided masks without running the model', async () => {
    const description = await writeMasks();
    expect(description).toMatchObject({ ratio: 0.6, strength: 0.7, direction: 'rich', patch: 8 });
    expect(description.images.map(({ name: picture }) => picture)).toEqual([
      'blank.png',
      'class/more.png',
      'noise.png',
    ]);
    for (const { grid, count } of description.images) expect({ grid, count }).toEqual({ grid: [4, 4], count: 10 });
    expect(description.images.map(({ keypoints }) => keypoints > 0)).toEqual([false, true, true]);
    const bytes = await readFile(file('masks.npz'));
    // The members of the archive and their types; NumPy itself reads them in the test beside.
    const text = bytes.toString('latin1');
    expect(text).toContain(
      "names.npy\u0093NUMPY\u0001\u0000v\u0000{'descr': '<U14', 'fortran_order': False, 'shape': (3,), }",
    );
    expect(text).toContain("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 16), }");
    const start = text.indexOf('probabilities.npy') + 'probabilities.npy'.length + 128;
    const rows = Array.from({ length: 3 }, (_, row) =>
      Array.from({ length: 16 }, (__, at) => bytes.readDoubleLE(start + 8 * (16 * row + at))),
    );
    expect(rows[0]).toEqual(new Array(16).fill(0.6));
    for (const row of rows) expect(row.reduce((sum, p) => sum + p, 0)).toBeCloseTo(9.6, 12);
  });
});

const maskedImage = v.object({
  name: v.string(),
  grid: v.array(v.number()),
  keypoints: v.number(),
  count: v.number(),
});
const masksSchema = v.looseObject({ images: v.array(maskedImage) });

async function writeMasks(): Promise<v.InferOutput<typeof masksSchema>> {
  const args = ['--guided-masks', file('masks.npz'), '--rho', '0.6', '--alpha', '0.7', '--quiet'];
  const run = await runCli(['semantics', VIT, file('pictures'), ...args]);
  expect(run).toMatchObject({ status: 0, stderr: '' });
  return v.parse(masksSchema, JSON.parse(await readFile(file('masks.json'), 'utf8')));
}

/** Draws many masks through a data loader: all have ten patches, each as often as its chance says. */
const CHECK = `
import torch, numpy as np
from guided_masks import GuidedMasks, MaskedImages, scaled_to
masks = GuidedMasks("masks.npz")
assert list(masks.rows) == ["blank.png", "class/more.png", "noise.png"], masks.rows
generator = torch.Generator().manual_seed(1)
to_pixels = lambda picture: torch.from_numpy(np.array(picture)).permute(2, 0, 1)
loader = torch.utils.data.DataLoader(MaskedImages("pictures", masks, to_pixels, generator), batch_size=3)
draws, taken = 400, 0
for _ in range(draws):
    for pixels, mask, weights in loader:
        assert pixels.shape == (3, 3, 32, 32) and mask.dtype == torch.bool and (mask.sum(1) == 10).all(), mask
        assert weights.shape == (3, 16) and (weights.min(1).values == 1).all()
        taken = taken + mask.double()
chances = torch.stack([scaled_to(masks.chances(name).double(), 10) for name in masks.rows])
assert abs(float(chances.sum()) - 30) < 1e-9 and float(chances.max()) <= 1
deviation = torch.sqrt(chances * (1 - chances) / draws)
assert ((taken / draws - chances).abs() <= 5 * deviation + 1e-9).all(), taken / draws - chances
`;
