import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changePreprocessing } from '../../../../src/core/image/preprocess/preprocessing.js';
import { measureFolder } from '../../../../src/host/image-lab/measure-folder.js';
import { ModelRunner } from '../../../../src/host/image-lab/model-runner.js';
import { openModel } from '../../../../src/host/image-lab/opened-model.js';
import type { MeasuredFolder } from '../../../../src/protocol/image-worker.js';
import { FIXTURES } from '../../support/analyse.js';
import { loadParams } from '../inference/support/load-params.js';
import { bundleProcess } from '../inference/support/process-bundle.js';

const REFERENCE = path.join(FIXTURES, 'attention');

let processFile = '';
let folder = '';
beforeAll(async () => {
  processFile = await bundleProcess();
  folder = await mkdtemp(path.join(tmpdir(), 'measure-folder-'));
  await mkdir(path.join(folder, 'masks'));
  for (const name of ['chelsea', 'coffee']) {
    await copyFile(path.join(REFERENCE, name, 'input.png'), path.join(folder, `${name}.png`));
    await copyFile(path.join(REFERENCE, 'coffee/mask.png'), path.join(folder, 'masks', `${name}.png`));
  }
  await writeFile(path.join(folder, 'broken.png'), 'no picture');
  await copyFile(path.join(REFERENCE, 'coffee/mask.png'), path.join(folder, 'masks/broken.png'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await rm(path.dirname(processFile), { recursive: true, force: true });
});

/** Measures the small model over the folder, on inputs of 32 x 32 pixels. */
async function measure(
  place: string,
  progress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<MeasuredFolder> {
  const params = await loadParams(path.join(FIXTURES, 'checkpoints/hf_vit'), [32, 32]);
  const subject = { ...params, processFile, idleMs: 60_000 };
  const model = await openModel(subject);
  const small = changePreprocessing(model.plan.preprocessing, { size: [32, 32] });
  const asked = { folder: place, keys: 'without-prefix' } as const;
  return measureFolder(model, subject, new ModelRunner(subject), asked, small, progress, signal);
}

describe('attention preference over a folder', () => {
  it('is told for reading and as rows, names what it skipped, and says how far it is', async () => {
    const told: (readonly number[])[] = [];
    const found = await measure(folder, (...step) => told.push(step), new AbortController().signal);
    expect(told).toEqual([
      [0, 3],
      [1, 3],
      [2, 3],
    ]);
    expect(found.text).toContain('on 2 pictures with masks, such as chelsea.png with masks/chelsea.png');
    expect(found.text).toContain('skipped: broken.png');
    expect(found.figures).toMatchObject({ keys: 'without-prefix', pictures: { skipped: [{ name: 'broken.png' }] } });
    expect(found.notes).toContain(
      'The images are prepared as was chosen for the image in the panel, not as the files say.',
    );

    const [columns, ...rows] = found.csv.trimEnd().split('\r\n');
    expect(columns).toBe('layer,head,queries,keys,figure,mean,low,high,pictures');
    const mean = (head: string): number =>
      Number(rows.find((row) => row.startsWith(`1,${head},target,target,ratio,`))?.split(',')[5]);
    // Shares and ratios of a layer are means over its heads on each picture, hence also over pictures.
    const heads = new Set(rows.flatMap((row) => (row.startsWith('1,') ? [row.split(',')[1] ?? ''] : [])));
    heads.delete('');
    expect(heads.size).toBeGreaterThan(1);
    const sum = [...heads].reduce((all, head) => all + mean(head), 0);
    expect(sum / heads.size).toBeCloseTo(mean(''), 10);
    expect(rows.every((row) => row.endsWith(',2'))).toBe(true);
  });

  it('ends when it is no longer wanted', async () => {
    const work = new AbortController();
    const progress = (done: number): void => {
      if (done === 1) work.abort();
    };
    await expect(measure(folder, progress, work.signal)).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('is refused of a folder without masks', async () => {
    const measuring = measure(path.join(folder, 'masks'), () => undefined, new AbortController().signal);
    await expect(measuring).rejects.toMatchObject({ code: 'empty' });
  });
});
