import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changePreprocessing } from '../../../../src/core/image/preprocess/preprocessing.js';
import { ModelRunner } from '../../../../src/host/image-lab/model-runner.js';
import { openModel } from '../../../../src/host/image-lab/opened-model.js';
import {
  type FolderInLab,
  guidedMasksInLab,
  keypointsOverFolder,
} from '../../../../src/host/semantics/folder-in-lab.js';
import { FIXTURES } from '../../support/analyse.js';
import { loadParams } from '../inference/support/load-params.js';
import { bundleProcess } from '../inference/support/process-bundle.js';

const REFERENCE = path.join(FIXTURES, 'attention');
const NAMES = ['chelsea', 'coffee'];

let processFile = '';
let folder = '';
let masks = '';
beforeAll(async () => {
  processFile = await bundleProcess();
  folder = await mkdtemp(path.join(tmpdir(), 'keypoints-folder-'));
  masks = path.join(folder, 'masks');
  await mkdir(masks);
  await mkdir(path.join(folder, 'images'));
  for (const name of NAMES) {
    await copyFile(path.join(REFERENCE, name, 'input.png'), path.join(folder, 'images', `${name}.png`));
    await copyFile(path.join(REFERENCE, 'coffee/mask.png'), path.join(masks, `${name}.png`));
  }
  await writeFile(path.join(folder, 'images/broken.png'), 'no picture');
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await rm(path.dirname(processFile), { recursive: true, force: true });
});

/** The small model, on inputs of 64 x 64 pixels. @param steps told how far a run is. */
async function small(steps: (readonly number[])[], signal = new AbortController().signal): Promise<FolderInLab> {
  const params = await loadParams(path.join(FIXTURES, 'checkpoints/hf_vit'), [64, 64]);
  const subject = { ...params, processFile, idleMs: 60_000 };
  const opened = await openModel(subject);
  const changed = changePreprocessing(opened.plan.preprocessing, { size: [64, 64] });
  const progress = (...step: number[]): void => void steps.push(step);
  return { opened, subject, runner: new ModelRunner(subject), changed, progress, signal };
}

const asked = (output: string, mask: string | null) => ({
  folder: path.join(folder, 'images'),
  mask,
  objectFromTokens: false,
  output: path.join(folder, output),
  version: '1',
});

describe('keypoints over a folder', () => {
  it('are told for reading, as rows and by picture, and the broken picture is named', async () => {
    const steps: (readonly number[])[] = [];
    const found = await keypointsOverFolder(await small(steps), asked('out.json', masks));
    expect(steps).toEqual([
      [0, 3],
      [1, 3],
      [2, 3],
    ]);
    expect(found.text).toContain('images: 2 pictures, 1 skipped');
    expect(found.notes.join('\n')).toContain('broken.png was skipped');
    expect(found.notes.join('\n')).toContain('prepared as was chosen');
    expect(found.images.map(({ name }) => name).sort()).toEqual(['chelsea.png', 'coffee.png']);
    const lifts = found.images.map(({ log2Lift }) => log2Lift ?? -Infinity);
    expect(lifts).toEqual([...lifts].sort((a, b) => b - a));
    expect(found.csv.split('\r\n').slice(0, 1)).toEqual([
      'image,keypoints,significant_heads,off_ratio,log2_lift,prompt_change',
    ]);
    expect(found.csv.split('\r\n')).toHaveLength(4);
    expect(found.figures).toMatchObject({ folder: { images: 3, done: 2, resumed: 0 } });
    expect(found.bytesRead).toBeGreaterThan(0);
    // Until the file is written, what is done is kept: a run with the same choices does nothing again.
    const again = await keypointsOverFolder(await small([]), asked('out.json', masks));
    expect(again.figures).toMatchObject({ folder: { done: 2, resumed: 2 } });
    expect(again.text).toBe(found.text);
  });

  it('stop when they are cancelled, and go on where they were', async () => {
    const work = new AbortController();
    const on = await small([], work.signal);
    const stopping = keypointsOverFolder(
      { ...on, progress: (done) => (done === 2 ? work.abort() : undefined) },
      asked('stopped.json', null),
    );
    await expect(stopping).rejects.toMatchObject({ name: 'AbortError' });
    const { figures } = await keypointsOverFolder(await small([]), asked('stopped.json', null));
    expect(figures).toMatchObject({ folder: { done: 2, resumed: 1 } });
  });
});

describe('guided masks of a folder', () => {
  it('are written whole, with their description beside them', async () => {
    const file = path.join(folder, 'guided.npz');
    const guide = { ratio: 0.5, strength: 1, direction: 'poor' } as const;
    const wanted = {
      folder: path.join(folder, 'images'),
      file,
      version: '1',
      concentration: 'scale',
      ...guide,
    } as const;
    const { done, skipped } = await guidedMasksInLab(await small([]), wanted);
    expect({ done, skipped: skipped.map(({ name }) => name) }).toEqual({ done: 2, skipped: ['broken.png'] });
    expect((await readFile(file)).subarray(0, 2).toString()).toBe('PK');
    expect(JSON.parse(await readFile(path.join(folder, 'guided.json'), 'utf8'))).toMatchObject({
      ...guide,
      images: [
        { name: 'chelsea.png', grid: [8, 8], count: 32 },
        { name: 'coffee.png', grid: [8, 8], count: 32 },
      ],
    });
    expect((await readdir(folder)).filter((name) => /guided.*(?:tmp|partial)/u.test(name))).toEqual([]);
  });
});
