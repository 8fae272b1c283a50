import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FIXTURES } from '../support/analyse.js';
import { runCli } from '../support/run-cli.js';

const VIT = path.join(FIXTURES, 'checkpoints/hf_vit');
const REFERENCE = path.join(FIXTURES, 'attention');
/** Of either picture: it covers more than half of some patches of a few pixels. */
const MASK = path.join(REFERENCE, 'coffee/mask.png');
const SIZE = ['--size', '32x32'];

const interval = v.object({
  mean: v.number(),
  low: v.nullable(v.number()),
  high: v.nullable(v.number()),
  count: v.number(),
});
const regions = v.record(v.string(), interval);
const source = v.nullable(v.looseObject({ ratio: regions }));
const preference = v.object({ target: source, other: source });
const overFolder = v.object({
  pictures: v.object({
    used: v.array(v.object({ image: v.string(), mask: v.string() })),
    skipped: v.array(v.object({ name: v.string(), problem: v.string() })),
    imagesWithoutMask: v.array(v.string()),
    masksWithoutImage: v.array(v.string()),
  }),
  labels: v.string(),
  layers: v.array(v.object({ preference, heads: v.array(v.object({ preference })) })),
});
const single = v.object({
  layers: v.array(
    v.object({
      heads: v.array(
        v.object({ preference: v.object({ target: v.object({ ratio: v.object({ target: v.number() }) }) }) }),
      ),
    }),
  ),
});

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'attention-folder-'));
  const images = path.join(folder, 'images/validation');
  const annotations = path.join(folder, 'annotations/validation');
  await mkdir(images, { recursive: true });
  await mkdir(annotations, { recursive: true });
  for (const name of ['chelsea', 'coffee']) {
    await copyFile(path.join(REFERENCE, name, 'input.png'), path.join(images, `${name}.png`));
    await copyFile(MASK, path.join(annotations, `${name}.png`));
  }
  const broken = (await readFile(path.join(images, 'coffee.png'))).subarray(0, 3_000);
  await writeFile(path.join(images, 'broken.png'), broken);
  await copyFile(path.join(annotations, 'coffee.png'), path.join(annotations, 'broken.png'));
  await copyFile(path.join(images, 'coffee.png'), path.join(images, 'alone.png'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('attention over a folder', () => {
  it('gives the mean of what each picture gives, and names what it left out', async () => {
    const svg = path.join(folder, 'curves.svg');
    const run = await runCli(['attention', VIT, folder, ...SIZE, '--json', '--svg', svg]);
    expect(run).toMatchObject({ status: 0, stderr: '' });
    const { pictures, labels, layers } = v.parse(overFolder, JSON.parse(run.stdout));
    expect(pictures.used).toEqual(
      ['chelsea', 'coffee'].map((name) => ({
        image: `images/validation/${name}.png`,
        mask: `annotations/validation/${name}.png`,
      })),
    );
    expect(pictures.skipped.map(({ name }) => name)).toEqual(['images/validation/broken.png']);
    expect(pictures.skipped[0]?.problem).toContain('broken.png: the picture is damaged');
    expect(pictures.imagesWithoutMask).toEqual(['images/validation/alone.png']);
    expect(labels).toBe('roles');

    const values: number[] = [];
    for (const name of ['chelsea', 'coffee']) {
      const input = path.join(REFERENCE, name, 'input.png');
      const own = await runCli(['attention', VIT, input, ...SIZE, '--mask', MASK, '--json']);
      values.push(v.parse(single, JSON.parse(own.stdout)).layers[1]?.heads[0]?.preference.target.ratio.target ?? NaN);
    }
    const [a = NaN, b = NaN] = values;
    const found = layers[1]?.heads[0]?.preference.target?.ratio['target'];
    expect(found?.count).toBe(2);
    // The folder's model is prepared for many runs, the other for one: the order of float32 sums differs.
    expect(found?.mean).toBeCloseTo((a + b) / 2, 5);
    // Student's t with one degree of freedom: tan(0.475 pi)
    const half = (Math.tan(0.475 * Math.PI) * Math.abs(a - b)) / 2;
    expect(found?.high).toBeCloseTo((a + b) / 2 + half, 4);
    expect(found?.low).toBeCloseTo(Math.max(0, (a + b) / 2 - half), 4);
    expect(await readFile(svg, 'utf8')).toContain('mean over 2 pictures');
  });

  it('takes each label as an object where that is asked for', async () => {
    const run = await runCli(['attention', VIT, folder, ...SIZE, '--json', '--labels', 'objects', '--layer', '1']);
    const { labels, layers } = v.parse(overFolder, JSON.parse(run.stdout));
    expect(labels).toBe('objects');
    expect(layers).toHaveLength(1);
    expect(layers[0]?.preference.other).toBeNull();
    expect(layers[0]?.preference.target?.ratio['target']?.count).toBe(2);
  });

  it('can be read', async () => {
    const run = await runCli(['attention', VIT, folder, ...SIZE]);
    expect(run.status).toBe(0);
    expect(run.stdout).toContain('on 2 pictures with masks, such as images/validation/chelsea.png');
    expect(run.stdout).toContain('skipped: images/validation/broken.png');
  });

  it.each([
    { args: [path.join(FIXTURES, 'checkpoints')], status: 1, says: 'no picture in it has a mask' },
    { args: ['FOLDER', '--npz', 'x.npz'], status: 2, says: '--npz is for one picture' },
    { args: ['FOLDER', '--labels', 'names'], status: 2, says: '--labels takes roles or objects' },
  ])('exits with $status and says "$says"', async ({ args, status, says }) => {
    const run = await runCli(['attention', VIT, ...args.map((arg) => (arg === 'FOLDER' ? folder : arg))]);
    expect(run).toMatchObject({ status, stdout: '' });
    expect(run.stderr).toContain(says);
  });
});
