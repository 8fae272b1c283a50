import { cp, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { startImageLab, type ImageLab } from '../../../../src/host/image-lab/image-lab.js';
import type { ImageProgress } from '../../../../src/protocol/image-worker.js';
import { FIXTURES, SAMPLE } from '../../support/analyse.js';
import { loadParams } from '../inference/support/load-params.js';
import { bundleProcess } from '../inference/support/process-bundle.js';
import { ask, bundleLab, type LabBundles, labOf } from './support/lab.js';

const CHECKPOINT = path.join(FIXTURES, 'checkpoints/hf_vit');
const COFFEE = { kind: 'file', path: path.join(SAMPLE, 'images/coffee.png') } as const;
const SMALL = { source: COFFEE, changes: { size: [32, 32] } } as const;
const TOKENS = 17;
const never = new AbortController().signal;

let bundles: LabBundles;
let folder = '';
const labs: ImageLab[] = [];
/** The small model with its picture, for tests that leave both as they are. */
let shared: ImageLab;
beforeAll(async () => {
  bundles = await bundleLab();
  shared = await labOf(bundles, CHECKPOINT);
  folder = await mkdtemp(path.join(tmpdir(), 'small-model-'));
});
afterEach(async () => {
  await Promise.all(labs.splice(0).map((lab) => lab.dispose()));
});
afterAll(async () => {
  await shared.dispose();
  await bundles.delete();
  await rm(folder, { recursive: true, force: true });
});

async function small(
  ...args: Parameters<typeof labOf> extends [unknown, ...infer Rest] ? Rest : never
): Promise<ImageLab> {
  const lab = await labOf(bundles, ...args);
  labs.push(lab);
  return lab;
}

const isAlive = (processId: number | null): boolean => {
  try {
    return processId !== null && process.kill(processId, 0);
  } catch {
    return false;
  }
};

describe('a model that tells classes', () => {
  it('names the likeliest, and what the nearest keys change', async () => {
    const lab = shared;
    const card = await ask(lab, 'open', SMALL);
    const values = card.output.top.map(({ value }) => value);
    expect(values.length).toBeGreaterThan(1);
    expect(values).toEqual([...values].sort((a, b) => b - a));
    const nearest = (keys: number) => ask(lab, 'change', { change: { kind: 'nearest-keys', keys } });
    expect((await nearest(TOKENS))?.outputChange.relativeL2).toBeLessThan(1e-6);
    expect(await ask(lab, 'attention-change', { layer: 1 })).toMatchObject({ massOutside: 0 });
    const few = await nearest(2);
    expect(few?.topBefore).toEqual(card.output.top);
    expect(few?.topAfter).not.toEqual(card.output.top);
    const { attentionChange, massOutside } = await ask(lab, 'attention-change', { layer: 0 });
    // In the first layer the tokens are the same: what is taken away is given to those that are kept.
    expect(attentionChange).toBeGreaterThan(0.1);
    expect(massOutside).toBeGreaterThan(0.1);
    await expect(nearest(TOKENS + 1)).rejects.toMatchObject({ code: 'wrong-use' });
  });

  it('shares out what each token takes over all layers', async () => {
    const lab = shared;
    await ask(lab, 'open', SMALL);
    const told: ImageProgress[] = [];
    const shares = await lab.run('rollout', null, { signal: never, progress: (progress) => told.push(progress) });
    expect(told).toEqual([
      { done: 0, total: 2 },
      { done: 1, total: 2 },
    ]);
    for (let token = 0; token < TOKENS; token++) {
      const row = shares.subarray(token * TOKENS, (token + 1) * TOKENS);
      expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
      // Half of each layer stays where it is.
      expect(row[token]).toBeGreaterThan(0.25);
    }
  });

  it('is shown another size, and stays as it was where a size cannot be', async () => {
    const lab = shared;
    await ask(lab, 'open', SMALL);
    const wide = await ask(lab, 'open', { source: null, changes: { size: [32, 64] } });
    expect(wide).toMatchObject({ grid: [4, 8], inputSize: [32, 64], originalSize: [400, 600] });
    const wrong = ask(lab, 'open', { source: null, changes: { size: [30, 30] } });
    await expect(wrong).rejects.toMatchObject({ code: 'wrong-use', file: 'coffee.png' });
    expect((await ask(lab, 'attention', { layer: 0, token: 0 })).rows).toHaveLength(4 * (1 + 4 * 8));
  });

  it('writes the arrays of a head', async () => {
    const lab = shared;
    await ask(lab, 'open', SMALL);
    const figures = await ask(lab, 'head', { layer: 1, head: 2, basis: 'folded' });
    const csv = path.join(folder, 'head.csv');
    await ask(lab, 'export', { file: csv, layer: 1, head: 2, basis: 'folded' });
    const lines = (await readFile(csv, 'utf8')).trim().split('\r\n');
    expect(lines).toHaveLength(1 + figures.queryMaps.length);
    expect(lines[18]).toBe(`1,2,folded,1,0,1,${String(figures.queryMaps[17])},${String(figures.keyMaps[17])}`);
    const npz = path.join(folder, 'head.npz');
    await ask(lab, 'export', { file: npz, layer: 1, head: 2, basis: 'folded' });
    const text = (await readFile(npz)).toString('latin1');
    for (const name of [
      'query_maps_1_2',
      'key_maps_1_2',
      'key_bias_1_2',
      'contribution_1_2',
      'attention_1_2',
      'pixels',
    ]) {
      expect(text).toContain(`${name}.npy`);
    }
    const elsewhere = ask(lab, 'export', { file: path.join(folder, 'head.txt'), layer: 1, head: 2, basis: 'folded' });
    await expect(elsewhere).rejects.toMatchObject({ code: 'wrong-use' });
    const nowhere = path.join(folder, 'no such folder/head.npz');
    await expect(ask(lab, 'export', { file: nowhere, layer: 1, head: 2, basis: 'folded' })).rejects.toThrow(
      'head.npz: it cannot be written: ENOENT',
    );
  });

  it('goes on with the same picture when its process was idle and has ended', async () => {
    const lab = await small(CHECKPOINT, { idleMs: 1 });
    await ask(lab, 'open', SMALL);
    await vi.waitFor(async () => {
      expect(await ask(lab, 'process', null)).toBeNull();
    });
    expect((await ask(lab, 'attention', { layer: 1, token: 3 })).recomputed.maxAbsError).toBeLessThan(1e-4);
  });
});

describe('a mask', () => {
  it('of black and white marks the object in white; other values are no labels, which is said', async () => {
    const lab = shared;
    await ask(lab, 'open', SMALL);
    const { default: sharp } = await import('sharp');
    const grey = async (values: readonly number[]): Promise<Uint8Array> =>
      sharp(Uint8Array.from(values), { raw: { width: 2, height: 2, channels: 1 } })
        .toColourspace('b-w')
        .png()
        .toBuffer();
    const take = async (values: readonly number[]) => {
      const bytes = await grey(values);
      return ask(lab, 'mask', { mask: { kind: 'image', source: { kind: 'bytes', name: 'm.png', bytes } } });
    };
    const white = await take([0, 255, 0, 0]);
    expect(white?.notes.join(' ')).toContain('white is taken as the object');
    expect(white?.notes.join(' ')).toContain('2 x 2 pixels, the picture 600 x 400');
    expect(Array.from(white?.patches ?? [])).toEqual([0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    const odd = await take([0, 1, 7, 2]);
    expect(odd?.notes.join(' ')).toContain('values that are no labels (7), at 1 pixels');
    expect(odd?.patches[8]).toBe(-1);
    expect(odd?.labels[16 * 32]).toBe(255);
    await expect(take([9, 9, 7, 9])).rejects.toThrow('its values 7, 9 are no labels');
  });
});

describe('trouble', () => {
  it('with the picture is told with its name, and the next picture works', async () => {
    const lab = await small(CHECKPOINT);
    const broken = path.join(folder, 'broken.png');
    await writeFile(broken, (await readFile(COFFEE.path)).subarray(0, 60));
    const steps: ImageProgress[] = [];
    const failed = lab.run(
      'open',
      { source: { kind: 'file', path: broken }, changes: null },
      { signal: never, progress: (progress) => steps.push(progress) },
    );
    await expect(failed).rejects.toMatchObject({ code: 'malformed', file: 'broken.png' });
    expect(steps).toEqual([{ step: 'model' }, { step: 'image' }]);
    expect((await ask(lab, 'open', SMALL)).name).toBe('coffee.png');
  });

  it('with the model is told before a picture is read', async () => {
    const lab = await small(CHECKPOINT, { leaveOut: /patch_embeddings/u });
    const nowhere = { kind: 'file', path: path.join(folder, 'nowhere.png') } as const;
    await expect(ask(lab, 'open', { source: nowhere, changes: null })).rejects.toMatchObject({
      code: 'unsupported',
      problem: 'this model cannot be run: its patch embedding is missing',
    });
  });

  it('with ONNX Runtime is told where it cannot be loaded', async () => {
    const processFile = await bundleProcess(tmpdir());
    const { checkpoint, tensors, model } = await loadParams(CHECKPOINT, [32, 32]);
    const subject = { checkpoint, tensors, model, processFile, idleMs: 60_000, threads: 1 };
    const lab = startImageLab(bundles.workerFile, subject);
    labs.push(lab);
    await expect(ask(lab, 'open', SMALL)).rejects.toMatchObject({ code: 'unsupported', file: 'ONNX Runtime' });
    await rm(path.dirname(processFile), { recursive: true, force: true });
  });

  it('with numbers that are not finite is located', async () => {
    const place = path.join(folder, 'nan');
    await cp(CHECKPOINT, place, { recursive: true });
    const { tensors } = await loadParams(place, [32, 32]);
    const bias = tensors.find(({ name }) => name === 'vit.encoder.layer.0.output.dense.bias');
    const file = await open(path.join(place, 'model.safetensors'), 'r+');
    await file.write(new Uint8Array(Float32Array.of(NaN).buffer), 0, 4, bias?.offset);
    await file.close();
    const lab = await small(place);
    await expect(ask(lab, 'open', SMALL)).rejects.toThrow('first in the attention input of layer 1');
  });

  it('with the process of the model is told, and the next try works', async () => {
    const lab = await small(CHECKPOINT);
    await ask(lab, 'open', SMALL);
    const killed = new Set([await ask(lab, 'process', null), null]);
    const doomed = ask(lab, 'open', { source: null, changes: { size: [256, 256] } });
    let isDone = false;
    const done = (): void => {
      isDone = true;
    };
    doomed.then(done, done);
    // The first may die while it is loaded ahead of time, which nobody notices.
    await vi.waitFor(
      async () => {
        const id = await ask(lab, 'process', null);
        if (id !== null && !killed.has(id)) process.kill(id, 'SIGKILL');
        killed.add(id);
        expect(isDone).toBe(true);
      },
      { interval: 2, timeout: 5_000 },
    );
    await expect(doomed).rejects.toMatchObject({ code: 'worker-stopped', advice: 'try again' });
    expect((await ask(lab, 'open', SMALL)).grid).toEqual([4, 4]);
  });

  it('with the thread fails what runs and what comes', async () => {
    const workerFile = path.join(folder, 'dies.cjs');
    await writeFile(
      workerFile,
      "require('worker_threads').parentPort.on('message', ({ id }) => id && process.exit(3));",
    );
    const { checkpoint, tensors, model } = await loadParams(CHECKPOINT, [32, 32]);
    const lab = startImageLab(workerFile, { checkpoint, tensors, model, processFile: '', idleMs: 1, threads: 1 });
    expect(lab.alive).toBe(true);
    await expect(ask(lab, 'open', SMALL)).rejects.toMatchObject({ code: 'worker-stopped' });
    expect(lab.alive).toBe(false);
    await expect(ask(lab, 'warm', null)).rejects.toMatchObject({ code: 'worker-stopped' });
  });
});

describe('cancelling', () => {
  it('a run frees the processor within 200 ms, and the picture before is still there', async () => {
    const lab = await small(SAMPLE);
    // So large that a run takes a second.
    const cancel = new AbortController();
    const run = lab.run(
      'open',
      { source: COFFEE, changes: { size: [518, 518] } },
      { signal: cancel.signal, kill: true },
    );
    let processId: number | null = null;
    await vi.waitFor(
      async () => {
        processId = await ask(lab, 'process', null);
        expect(processId).not.toBeNull();
      },
      { interval: 5, timeout: 5_000 },
    );
    const cancelled = performance.now();
    cancel.abort();
    await expect(run).rejects.toMatchObject({ name: 'AbortError' });
    await vi.waitFor(
      () => {
        expect(isAlive(processId)).toBe(false);
      },
      { interval: 5, timeout: 5_000 },
    );
    expect(performance.now() - cancelled).toBeLessThan(200);
    expect(lab.alive).toBe(true);
  });

  it('ends a thread that does not hear', async () => {
    const workerFile = path.join(folder, 'deaf.cjs');
    await writeFile(workerFile, "require('worker_threads').parentPort.on('message', ({ id }) => { while (id); });");
    const { checkpoint, tensors, model } = await loadParams(CHECKPOINT, [32, 32]);
    const lab = startImageLab(workerFile, { checkpoint, tensors, model, processFile: '', idleMs: 1, threads: 1 });
    const cancel = new AbortController();
    const run = lab.run('open', SMALL, { signal: cancel.signal, kill: true });
    cancel.abort();
    await expect(run).rejects.toMatchObject({ name: 'AbortError' });
    await vi.waitFor(() => {
      expect(lab.alive).toBe(false);
    });
  });

  it('what takes long leaves the process alone', async () => {
    const lab = shared;
    await ask(lab, 'open', SMALL);
    const processId = await ask(lab, 'process', null);
    const cancel = new AbortController();
    const rollout = lab.run('rollout', null, { signal: cancel.signal });
    cancel.abort();
    await expect(rollout).rejects.toMatchObject({ name: 'AbortError' });
    expect(await ask(lab, 'process', null)).toBe(processId);
    expect(isAlive(processId)).toBe(true);
  });
});

describe('a model whose tokens attend within windows', () => {
  const PATCH = 9 * 16 + 10;
  let lab: ImageLab;
  beforeAll(async () => {
    lab = await labOf(bundles, path.join(FIXTURES, 'checkpoints/timm_swin/swin.pth'));
  });
  afterAll(() => lab.dispose());

  it('gives every layer in its own grid, and attention inside the window of the patch', async () => {
    const card = await ask(lab, 'open', SMALL);
    expect(card).toMatchObject({ grid: [16, 16] });
    expect(card.windowed?.map(({ grid }) => grid[0])).toEqual([16, 16, 8, 8]);
    expect(card.windowed?.map(({ window }) => window[0])).toEqual([4, 4, 4, 4]);
    const { rows, token, recomputed } = await ask(lab, 'attention', { layer: 2, token: PATCH });
    expect(token).toBe(PATCH);
    expect(rows).toHaveLength(4 * 64);
    expect(recomputed.maxAbsError).toBeLessThan(1e-5 * recomputed.largest);
    // Row 9, column 10 of the patches went into row 4, column 5: the last of the four windows.
    const places = [...rows.subarray(0, 64).keys()].filter((at) => (rows[at] ?? 0) > 0);
    expect(places.map((at) => [Math.floor(at / 8), at % 8]).every(([y = 0, x = 0]) => y >= 4 && x >= 4)).toBe(true);
    expect(places).toHaveLength(16);
    const { queryMaps, entries } = await ask(lab, 'head', { layer: 2, head: 1, basis: 'folded' });
    expect(queryMaps).toHaveLength(8 * 64);
    expect(entries.length).toBeGreaterThan(1);
    const npz = path.join(folder, 'windows.npz');
    await ask(lab, 'export', { file: npz, layer: 3, head: 0, basis: 'folded' });
    expect((await readFile(npz)).includes('windows_3.npy')).toBe(true);
  });

  it('tells what an object attends to in its windows, and what a change makes of that', async () => {
    await ask(lab, 'open', SMALL);
    // The object is the left half: whole windows, so that its patches attend to nothing else where these are not moved.
    const labels = Uint8Array.from({ length: 32 * 32 }, (_, pixel) => Number(pixel % 32 < 16));
    const mask = await ask(lab, 'mask', { mask: { kind: 'painted', labels } });
    const asked = { keys: 'without-prefix' } as const;
    for (const layer of [0, 2]) {
      const { mean, heads } = await ask(lab, 'preference', { layer, ...asked });
      expect(heads).toHaveLength(layer === 0 ? 2 : 4);
      expect(mean.target?.target.share).toBeCloseTo(1, 9);
      expect(mean.target?.target.ratio).toBeCloseTo(1, 9);
      expect(mean.target?.background).toMatchObject({ share: 0, ratio: null });
    }
    const moved = await ask(lab, 'preference', { layer: 1, ...asked });
    const { target, background } = moved.mean.target ?? {};
    expect((target?.share ?? NaN) + (background?.share ?? NaN)).toBeCloseTo(1, 9);
    expect(background?.share).toBeGreaterThan(0.01);
    const ablation = { kind: 'ablation', layer: 3, head: 0, basis: 'folded', keyBias: false, wholeHead: true } as const;
    await ask(lab, 'change', { change: { ...ablation, modes: [] } });
    const patches = mask?.patches ?? new Int8Array();
    const before = await ask(lab, 'preference', { layer: 3, ...asked });
    const after = await ask(lab, 'changed-preference', { layer: 3, ...asked, patches });
    const ratios = (of: typeof before) => of.heads.map((head) => head.target?.target.ratio ?? NaN);
    // What the head asked is gone, and the bias of positions is left.
    expect(Math.abs((ratios(after)[0] ?? NaN) - (ratios(before)[0] ?? NaN))).toBeGreaterThan(1e-3);
    expect(ratios(after)[1]).toBeCloseTo(ratios(before)[1] ?? NaN, 5);
  });

  it('runs without a mode, and says what is not given', async () => {
    await ask(lab, 'open', SMALL);
    const ablation = { kind: 'ablation', layer: 3, head: 0, basis: 'folded', keyBias: false, wholeHead: true } as const;
    const changed = await ask(lab, 'change', { change: { ...ablation, modes: [] } });
    expect(changed?.outputChange.relativeL2).toBeGreaterThan(1e-3);
    expect((await ask(lab, 'attention-change', { layer: 1 })).attentionChange).toBeLessThan(1e-6);
    expect((await ask(lab, 'attention-change', { layer: 3 })).attentionChange).toBeGreaterThan(1e-2);
    const before = await ask(lab, 'attention', { layer: 3, token: PATCH });
    const after = await ask(lab, 'changed-attention', { layer: 3, token: PATCH });
    const even = after.rows.subarray(0, 64).filter((share) => share > 0);
    expect(even.every((share) => share <= 1)).toBe(true);
    expect(after.rows.subarray(64)).toHaveLength(before.rows.length - 64);
    // The other heads of the layer attend as they did.
    const apart = after.rows.subarray(64).map((share, at) => Math.abs(share - (before.rows[64 + at] ?? NaN)));
    expect(Math.max(...apart)).toBeLessThan(1e-5);
    for (const refused of [
      ask(lab, 'rollout', null),
      ask(lab, 'interrelation', { layer: 0 }),
      ask(lab, 'change', { change: { kind: 'nearest-keys', keys: 3 } }),
    ]) {
      await expect(refused).rejects.toMatchObject({ code: 'unsupported' });
    }
  });
});
