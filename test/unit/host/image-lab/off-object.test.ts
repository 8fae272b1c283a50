import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ImageLab } from '../../../../src/host/image-lab/image-lab.js';
import type { OffObjectWish } from '../../../../src/protocol/off-object.js';
import { FIXTURES, SAMPLE } from '../../support/analyse.js';
import { ask, bundleLab, type LabBundles, labOf } from './support/lab.js';

const CHECKPOINT = path.join(FIXTURES, 'checkpoints/hf_vit');
const COFFEE = { kind: 'file', path: path.join(SAMPLE, 'images/coffee.png') } as const;
const SIDE = 48;
const PATCHES = 36;

let bundles: LabBundles;
let lab: ImageLab;
let folder = '';
beforeAll(async () => {
  bundles = await bundleLab();
  lab = await labOf(bundles, CHECKPOINT);
  folder = await mkdtemp(path.join(tmpdir(), 'off-object-'));
});
afterAll(async () => {
  await lab.dispose();
  await bundles.delete();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  await ask(lab, 'open', { source: COFFEE, changes: { size: [SIDE, SIDE] } });
});

/** Marks rows of pixels as the object. */
async function paint(rows: number): Promise<void> {
  const labels = new Uint8Array(SIDE * SIDE).fill(1, 0, rows * SIDE);
  await ask(lab, 'mask', { mask: { kind: 'painted', labels } });
}

const offObject = (wish: Partial<OffObjectWish> = {}) =>
  ask(lab, 'off-object', { relevance: 'attention', object: 'mask', ...wish });

describe('what lies off the object', () => {
  it('goes by what the class token attends to in the last layer', async () => {
    await paint(24);
    const found = await offObject();
    expect(found.relevance).toMatchObject({ kind: 'attention', asker: 'class-token' });
    expect(found.object.filter((own) => own === 1)).toHaveLength(18);
    const { rows } = await ask(lab, 'attention', { layer: 1, token: 0 });
    const mean = Array.from({ length: PATCHES }, (_, patch) =>
      [0, 1, 2, 3].reduce((sum, head) => sum + (rows[head * (PATCHES + 1) + 1 + patch] ?? NaN), 0),
    );
    const total = mean.reduce((sum, value) => sum + value, 0);
    found.relevance?.values.forEach((value, patch) => expect(value).toBeCloseTo((mean[patch] ?? NaN) / total, 6));
    const off = mean.slice(18).reduce((sum, value) => sum + value, 0) / total;
    expect(found.offRatio).toBeCloseTo(off / 0.5, 6);
    expect(found.candidates.length).toBeGreaterThan(0);
    expect(found.candidates.length).toBeLessThanOrEqual(5);
    expect(found.pieces).toBeGreaterThanOrEqual(found.candidates.length);
    expect(found.candidates.flatMap(({ patches }) => patches).every((patch) => patch >= 18)).toBe(true);
    const weights = found.candidates.map(({ weight }) => weight);
    expect(weights).toEqual([...weights].sort((a, b) => b - a));
  });

  it('goes by rollout too, as the rollout of the class token', async () => {
    await paint(24);
    const { relevance } = await offObject({ relevance: 'rollout' });
    const shares = await ask(lab, 'rollout', null);
    const patches = shares.subarray(1, PATCHES + 1);
    const total = patches.reduce((sum, value) => sum + value, 0);
    relevance?.values.forEach((value, patch) => expect(value).toBeCloseTo((patches[patch] ?? NaN) / total, 5));
  });

  it('is checked by dropping it, which does what a prompt that drops it does', async () => {
    await paint(24);
    const { candidates } = await offObject();
    const steps: number[][] = [];
    const progress = (told: object): void => {
      if ('done' in told && 'total' in told) steps.push([Number(told.done), Number(told.total)]);
    };
    const checks = await lab.run('check-candidates', null, { signal: new AbortController().signal, progress });
    expect(checks).toHaveLength(candidates.length);
    expect(steps.at(-1)?.[0]).toBe(steps.at(-1)?.[1]);
    const region = new Float32Array(PATCHES);
    for (const patch of candidates[0]?.patches ?? []) region[patch] = 1;
    const prompt = { kind: 'prompt', by: 'region', how: 'drop', strength: 1, layers: null, heads: null } as const;
    const changed = await ask(lab, 'change', { change: { ...prompt, region } });
    expect(checks[0]?.effect).toBeCloseTo(changed?.outputChange.relativeL2 ?? NaN, 6);
    for (const { effect, band, places } of checks) {
      expect(effect).toBeGreaterThan(0);
      expect(places).toBeLessThanOrEqual(20);
      expect(band === null).toBe(places === 0);
    }
  });

  it('by deletion is the change without each patch, and is not run again for another mask', async () => {
    await paint(24);
    const runs: unknown[] = [];
    const wish = { relevance: 'deletion', object: 'mask' } as const;
    const call = { signal: new AbortController().signal, progress: (told: unknown) => void runs.push(told) };
    const found = await lab.run('off-object', wish, call);
    expect(runs).toHaveLength(PATCHES);
    expect(found.relevance).toMatchObject({ kind: 'deletion', asker: null });
    expect(found.relevance?.values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    await paint(32);
    const again = await lab.run('off-object', wish, call);
    expect(runs).toHaveLength(PATCHES);
    expect(again.relevance?.values).toEqual(found.relevance?.values);
    expect(again.offRatio).not.toBe(found.offRatio);
  });

  it('stops when it is told to, and the picture is still there', async () => {
    await paint(24);
    const cancel = new AbortController();
    const wish = { relevance: 'deletion', object: 'mask' } as const;
    const running = lab.run('off-object', wish, { signal: cancel.signal, progress: () => cancel.abort() });
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
    expect((await offObject()).offRatio).toBeGreaterThan(0);
  });

  it('needs an object: without a mask what the final tokens set apart, which is said', async () => {
    await expect(offObject()).rejects.toMatchObject({ code: 'wrong-use' });
    const { object, notes } = await offObject({ object: 'tokens' });
    expect(object.includes(1) && object.includes(0)).toBe(true);
    expect(notes.join(' ')).toContain('patches that the final tokens set apart');
  });

  it('has no figures where the object is all or nothing, and nothing is checked', async () => {
    for (const rows of [0, SIDE]) {
      await paint(rows);
      expect(await offObject()).toMatchObject({ offRatio: null, log2Lift: null, candidates: [], pieces: 0 });
      expect(await ask(lab, 'check-candidates', null)).toEqual([]);
    }
    await ask(lab, 'open', { source: COFFEE, changes: { size: [SIDE, SIDE] } });
    await expect(ask(lab, 'check-candidates', null)).rejects.toMatchObject({ code: 'wrong-use' });
  });
});

it('chances to be masked are written for the picture on show, at its size', async () => {
  const file = path.join(folder, 'one.npz');
  const wish = { ratio: 0.25, strength: 1, direction: 'poor', concentration: 'count' } as const;
  await ask(lab, 'guided-mask', { file, ...wish });
  expect((await readFile(file)).subarray(0, 2).toString()).toBe('PK');
  expect(JSON.parse(await readFile(path.join(folder, 'one.json'), 'utf8'))).toMatchObject({
    ...wish,
    images: [{ name: 'coffee.png', grid: [6, 6], count: 9 }],
  });
  const nowhere = ask(lab, 'guided-mask', { file: path.join(folder, 'none/one.npz'), ...wish });
  await expect(nowhere).rejects.toThrow('there is no such folder');
});
