import { copyFile, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LayerFigures } from '../../../../src/core/analysis/figures.js';
import type { Engine, Inspection } from '../../../../src/host/engine/contract.js';
import { createEngine } from '../../../../src/host/engine/engine.js';
import { FIXTURES, SAMPLE } from '../../support/analyse.js';

const WORKER = path.join(import.meta.dirname, '../../../../dist/worker.js');
const never = new AbortController().signal;

let folder = '';
let engine: Engine;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'engine-'));
  engine = createEngine({ workerFile: WORKER, threads: 2, cacheFolder: path.join(folder, 'cache') });
});
afterEach(async () => {
  await engine.dispose();
  await rm(folder, { recursive: true, force: true });
});

const open = (file: string): Promise<Inspection> => engine.inspect({ path: file, options: {}, partial: false }, never);

function request(inspection: Inspection, have: readonly LayerFigures[] = []) {
  return { inspection, model: 'vision', basis: 'folded', have } as const;
}

describe('engine', () => {
  it('tells the layers in order, each once, and then the same from the cache', async () => {
    const inspection = await open(SAMPLE);
    const told: number[] = [];
    const first = await engine.analyze(request(inspection), { onLayer: ({ index }) => told.push(index) }, never);
    expect(told).toEqual(Array.from({ length: 12 }, (_, i) => i));
    expect(first.fromCache).toBe(false);
    expect(await readdir(path.join(folder, 'cache'))).toHaveLength(1);
    const again: number[] = [];
    const second = await engine.analyze(request(inspection), { onLayer: ({ index }) => again.push(index) }, never);
    expect(second).toMatchObject({ fromCache: true, bytesRead: 0, verdict: first.verdict });
    expect(second.figures).toEqual(first.figures);
    expect(again).toEqual(told);
  });

  it('recalls what is kept, and computes nothing for it', async () => {
    const inspection = await open(SAMPLE);
    expect(await engine.recall(request(inspection), never)).toBeNull();
    const { figures } = await engine.analyze(request(inspection), { onLayer: () => undefined }, never);
    expect(await engine.recall(request(inspection), never)).toMatchObject({ fromCache: true, bytesRead: 0 });
    expect((await engine.recall(request(inspection), never))?.figures).toEqual(figures);
    expect(await engine.recall({ ...request(inspection), basis: 'raw' }, never)).toBeNull();
  });

  it('computes only what is missing when it goes on', async () => {
    const inspection = await open(SAMPLE);
    const cancel = new AbortController();
    const have: LayerFigures[] = [];
    const stopped = engine.analyze(
      request(inspection),
      {
        onLayer: (layer) => {
          have.push(layer);
          if (have.length === 3) cancel.abort();
        },
      },
      cancel.signal,
    );
    await expect(stopped).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    const kept = have.slice(0, 3);
    const rest = await engine.analyze(request(inspection, kept), { onLayer: () => undefined }, never);
    expect(rest.figures.layers.map(({ index }) => index)).toEqual(Array.from({ length: 12 }, (_, i) => i));
    expect(rest.bytesRead).toBe(9 * 2 * (2 * 384 * 384 + 384));
  });

  it('computes the first layer at once, and the others when it may go on', async () => {
    const inspection = await open(SAMPLE);
    const told: number[] = [];
    let goOn: () => void = () => undefined;
    const mayGoOn = new Promise<void>((resolve) => (goOn = resolve));
    const listener = { onLayer: ({ index }: LayerFigures) => told.push(index), mayGoOn };
    const all = engine.analyze(request(inspection), listener, never);
    await expect.poll(() => told.length).toBe(1);
    await engine.vectors({ inspection, model: 'vision', basis: 'folded' }, 0, never); // whatever else waited came before it
    expect(told).toEqual([0]);
    goOn();
    await all;
    expect(told).toHaveLength(12);
  });

  it('says that the computation stopped when its workers die, and works again at once', async () => {
    const inspection = await open(SAMPLE);
    const doomed = engine.analyze(request(inspection), { onLayer: () => undefined }, never);
    const failed = expect(doomed).rejects.toMatchObject({ code: 'worker-stopped' });
    await engine.stopWorkers();
    await failed;
    const { figures } = await engine.analyze(request(inspection), { onLayer: () => undefined }, never);
    expect(figures.layers).toHaveLength(12);
  });

  it('refuses a file that changed after it was inspected', async () => {
    const file = path.join(folder, 'model.safetensors');
    await copyFile(path.join(FIXTURES, 'checkpoints/timm_registers/model.safetensors'), file);
    const inspection = await open(file);
    await utimes(file, new Date(), new Date(Date.now() + 10_000));
    const analysis = engine.analyze(request(inspection), { onLayer: () => undefined }, never);
    await expect(analysis).rejects.toMatchObject({ code: 'changed' });
    await rm(file);
    const gone = engine.analyze(request(inspection), { onLayer: () => undefined }, never);
    await expect(gone).rejects.toMatchObject({ code: 'missing-file' });
  });

  it('keeps the figures of a base, of it with an adapter, and with the adapter at another scale apart', async () => {
    const base = path.join(FIXTURES, 'checkpoints/hf_vit');
    const adapter = path.join(FIXTURES, 'adapters/vit_query_value');
    const identities = new Set<string>();
    for (const laid of [{}, { adapter: { path: adapter, alpha: null } }, { adapter: { path: adapter, alpha: 2 } }]) {
      const inspection = await engine.inspect({ path: base, options: {}, partial: false, ...laid }, never);
      identities.add(JSON.stringify(inspection.source.identity));
      const first = await engine.analyze(request(inspection), { onLayer: () => undefined }, never);
      const second = await engine.analyze(request(inspection), { onLayer: () => undefined }, never);
      expect([first.fromCache, second.fromCache]).toEqual([false, true]);
      expect(second.figures).toEqual(first.figures);
      expect(first.figures.layers[0]?.heads[0]?.change !== undefined).toBe('adapter' in laid);
    }
    expect(identities.size).toBe(3);
    expect(await readdir(path.join(folder, 'cache'))).toHaveLength(3);
  });

  it('takes a damaged cache for an empty one', async () => {
    const inspection = await open(SAMPLE);
    await engine.analyze(request(inspection), { onLayer: () => undefined }, never);
    const [name] = await readdir(path.join(folder, 'cache'));
    for (const text of ['', '[{"index": "x"}]', '[]']) {
      await writeFile(path.join(folder, 'cache', name ?? ''), text);
      const { fromCache, figures } = await engine.analyze(request(inspection), { onLayer: () => undefined }, never);
      expect(fromCache).toBe(false);
      expect(figures.layers).toHaveLength(12);
    }
  });

  it('gives singular vectors that the figures agree with', async () => {
    const inspection = await open(SAMPLE);
    const { figures } = await engine.analyze(request(inspection), { onLayer: () => undefined }, never);
    const { heads } = await engine.vectors(request(inspection), 5, never);
    const { cos } = figures.layers[5]?.heads[3] ?? {};
    for (let mode = 0; mode < 64; mode++) {
      const [u, v] = [heads[3]?.u, heads[3]?.v].map((all) => all?.subarray(mode * 384, (mode + 1) * 384));
      const cosine = u?.reduce((sum, value, i) => sum + value * (v?.[i] ?? NaN), 0);
      expect(cosine).toBeCloseTo(cos?.[mode] ?? NaN, 8);
    }
  });
});
