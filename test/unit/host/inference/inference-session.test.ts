import { copyFile, cp, mkdir, mkdtemp, open, readdir, rm, symlink, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { InferenceSession } from '../../../../src/host/inference/inference-session.js';
import type { LoadParams } from '../../../../src/protocol/inference.js';
import type { TensorEntry } from '../../../../src/core/tensors/tensor-index.js';
import { FIXTURES } from '../../support/fixtures.js';
import { relativeDifference } from '../../core/inference/support/differences.js';
import { readNpz } from '../../core/inference/support/npz.js';
import { loadParams } from './support/load-params.js';
import { bundleProcess } from './support/process-bundle.js';

const CHECKPOINT = path.join(FIXTURES, 'checkpoints/hf_vit');
const golden = readNpz(path.join(FIXTURES, 'forward/reference/hf_vit.npz'));
const array = (name: string): Float32Array => golden.get(name)?.values ?? new Float32Array();
const never = new AbortController().signal;

let processFile = '';
let folder = '';
const sessions: InferenceSession[] = [];
beforeAll(async () => {
  processFile = await bundleProcess();
  folder = await mkdtemp(path.join(tmpdir(), 'inference-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(sessions.splice(0).map((session) => session.dispose()));
});
afterAll(async () => {
  await rm(path.dirname(processFile), { recursive: true, force: true });
  await rm(folder, { recursive: true, force: true });
});

async function sessionOf(
  checkpoint: string,
  change: Partial<LoadParams> = {},
  idleMs = 60_000,
): Promise<InferenceSession> {
  const session = new InferenceSession(
    { ...(await loadParams(checkpoint, [32, 32])), ...change },
    { processFile, idleMs },
  );
  sessions.push(session);
  return session;
}

const runs = (processId: number | null): boolean => {
  try {
    return processId !== null && process.kill(processId, 0);
  } catch {
    return false;
  }
};

describe('a session', () => {
  it('tells what it loaded, runs pictures, and gives taps of each', async () => {
    const session = await sessionOf(CHECKPOINT);
    expect(session.processId).toBeNull();
    expect(await session.load(never)).toMatchObject({
      channels: 3,
      patch: 8,
      grid: [4, 4],
      prefixTokens: 1,
      tokens: 17,
      width: 32,
      layers: 2,
      outputs: ['tokens', 'pooled', 'logits'],
      copiedBytes: 0,
      assumptions: [],
    });
    const first = await session.run(array('pixels'), never);
    expect(first.nonFinite).toBeNull();
    expect(relativeDifference(first.outputs.logits ?? [], array('hidden_out'))).toBeLessThan(1e-4);
    const second = await session.run(
      array('pixels').map((value) => -value),
      never,
    );
    expect(second.outputs.logits).not.toEqual(first.outputs.logits);
    // The taps of the first picture, though another was run since.
    for (const layer of [1, 0]) {
      const tap = await first.tap('attention-input', layer, never);
      expect(relativeDifference(tap, array(`attn_in_${layer}`))).toBeLessThan(1e-5);
    }
    expect((await first.tap('attention-output', 0, never)).length).toBe(17 * 32);
  });

  it('finds weights behind links, such as those of the hub', async () => {
    const blobs = path.join(folder, 'models--a--b/blobs');
    const snapshot = path.join(folder, 'models--a--b/snapshots/1');
    await mkdir(blobs, { recursive: true });
    await mkdir(snapshot, { recursive: true });
    for (const name of await readdir(path.join(FIXTURES, 'checkpoints/hf_vit_sharded'))) {
      if (name === 'expected.json') continue;
      const blob = Buffer.from(name).toString('hex').padEnd(40, '0').slice(0, 40);
      const unique = path.join(
        blobs,
        blob.slice(0, 30) +
          String(name.length).padStart(2, '0') +
          Buffer.from(name.slice(-30)).toString('hex').slice(0, 8),
      );
      await copyFile(path.join(FIXTURES, 'checkpoints/hf_vit_sharded', name), unique);
      await symlink(unique, path.join(snapshot, name));
    }
    const session = await sessionOf(snapshot);
    expect((await session.load(never)).copiedBytes).toBe(0);
    const sharded = readNpz(path.join(FIXTURES, 'forward/reference/hf_vit_sharded.npz'));
    const { outputs } = await session.run(sharded.get('pixels')?.values ?? new Float32Array(), never);
    expect(relativeDifference(outputs.logits ?? [], sharded.get('hidden_out')?.values ?? [])).toBeLessThan(1e-4);
  });

  it('copies weights that do not lie as the runtime takes them, and says how much', async () => {
    const params = await loadParams(CHECKPOINT, [32, 32]);
    const strided = (tensor: TensorEntry): TensorEntry => ({ ...tensor, strides: [tensor.shape[1] ?? 0, 1] });
    const tensors = params.tensors.map((tensor) =>
      /layer\.\d\.(intermediate|output)\.dense\.weight$/u.test(tensor.name) ? strided(tensor) : tensor,
    );
    const temporary = await mkdtemp(path.join(folder, 'temporary-'));
    vi.stubEnv('TMPDIR', temporary);
    vi.stubEnv('TEMP', temporary);
    const session = await sessionOf(CHECKPOINT, { tensors });
    expect((await session.load(never)).copiedBytes).toBe(4 * 2 * 2 * 32 * 64);
    const { outputs } = await session.run(array('pixels'), never);
    expect(relativeDifference(outputs.logits ?? [], array('hidden_out'))).toBeLessThan(1e-4);
    await session.dispose();
    // Neither the weights are left nor what the runtime would keep there for reports to its maker.
    expect(await readdir(temporary)).toEqual([]);
  });

  it('ends its process when it is idle, and starts again for taps of an earlier picture', async () => {
    const session = await sessionOf(CHECKPOINT, {}, 1);
    const run = await session.run(array('pixels'), never);
    await vi.waitFor(() => {
      expect(session.processId).toBeNull();
    });
    const tap = await run.tap('attention-input', 1, never);
    expect(relativeDifference(tap, array('attn_in_1'))).toBeLessThan(1e-5);
  });
});

describe('a session in trouble', () => {
  it('says that the model stopped when its process is killed, and works again', async () => {
    const session = await sessionOf(CHECKPOINT);
    await session.load(never);
    const doomed = session.run(array('pixels'), never);
    const waits = session.run(array('pixels'), never);
    process.kill(session.processId ?? 0, 'SIGKILL');
    await expect(doomed).rejects.toMatchObject({ code: 'worker-stopped', advice: 'try again' });
    expect((await waits).nonFinite).toBeNull();
  });

  it('frees the processor within 200 ms when a run is cancelled', async () => {
    // Pictures so large that a run takes some tenths of a second.
    const params = await loadParams(path.join(import.meta.dirname, '../../../../media/sample'), [392, 392]);
    const session = new InferenceSession(params, { processFile, idleMs: 60_000 });
    sessions.push(session);
    const pixels = new Float32Array(3 * 392 * 392);
    const { runMs } = await session.run(pixels, never);
    const { processId } = session;
    const cancel = new AbortController();
    const run = session.run(pixels, cancel.signal);
    let cancelled = 0;
    setTimeout(() => {
      cancelled = performance.now();
      cancel.abort();
    }, runMs / 3);
    await expect(run).rejects.toMatchObject({ name: 'AbortError' });
    await vi.waitFor(
      () => {
        expect(runs(processId)).toBe(false);
      },
      { interval: 5, timeout: 5_000 },
    );
    expect(performance.now() - cancelled).toBeLessThan(200);
    expect((await session.run(pixels, never)).nonFinite).toBeNull();
  }, 60_000);

  it('skips a request that was cancelled before its turn, and leaves the process alone', async () => {
    const session = await sessionOf(CHECKPOINT);
    await session.load(never);
    const { processId } = session;
    const cancel = new AbortController();
    const first = session.run(array('pixels'), never);
    const second = session.run(array('pixels'), cancel.signal);
    cancel.abort();
    await expect(second).rejects.toMatchObject({ name: 'AbortError' });
    await expect(session.run(array('pixels'), AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
    expect((await first).nonFinite).toBeNull();
    expect(session.processId).toBe(processId);
    expect(runs(processId)).toBe(true);
  });

  it('locates the first number that is not finite', async () => {
    const place = path.join(folder, 'nan');
    await cp(CHECKPOINT, place, { recursive: true });
    const { tensors } = await loadParams(place, [32, 32]);
    const bias = tensors.find(({ name }) => name === 'vit.encoder.layer.0.output.dense.bias');
    const file = await open(path.join(place, 'model.safetensors'), 'r+');
    await file.write(new Uint8Array(Float32Array.of(NaN).buffer), 0, 4, bias?.offset);
    await file.close();
    const session = await sessionOf(place);
    // The MLP of layer 0 makes it; the attention of layer 1 is the first to read it.
    const { nonFinite } = await session.run(array('pixels'), never);
    expect(nonFinite).toEqual({ tap: 'attention-input', layer: 1 });
  });

  it('refuses pixels that are not what the model takes', async () => {
    const session = await sessionOf(CHECKPOINT);
    await expect(session.run(array('pixels').subarray(1), never)).rejects.toMatchObject({ code: 'wrong-use' });
    const holed = Float32Array.from(array('pixels'));
    holed[5] = NaN;
    await expect(session.run(holed, never)).rejects.toMatchObject({ code: 'wrong-use' });
  });

  it('says that the checkpoint changed, before loading and between runs', async () => {
    const place = path.join(folder, 'changed');
    await cp(CHECKPOINT, place, { recursive: true });
    const file = path.join(place, 'model.safetensors');
    const session = await sessionOf(place);
    await session.run(array('pixels'), never);
    await utimes(file, new Date(), new Date(Date.now() + 10_000));
    await expect(session.run(array('pixels'), never)).rejects.toMatchObject({ code: 'changed' });
    await session.dispose();
    const late = await sessionOf(place);
    await utimes(file, new Date(), new Date(Date.now() + 20_000));
    await expect(late.load(never)).rejects.toMatchObject({ code: 'changed' });
    await rm(file);
    await expect(late.load(never)).rejects.toMatchObject({ code: 'missing-file' });
  });

  it('says what is missing in a model that cannot be run, each time it is asked', async () => {
    const params = await loadParams(CHECKPOINT, [32, 32]);
    const tensors = params.tensors.filter(({ name }) => !name.includes('patch_embeddings'));
    const session = await sessionOf(CHECKPOINT, { tensors });
    for (let attempt = 0; attempt < 2; attempt++) {
      await expect(session.run(array('pixels'), never)).rejects.toMatchObject({
        code: 'unsupported',
        problem: 'this model cannot be run: its patch embedding is missing',
      });
    }
  });

  it('says so where the runtime cannot be loaded', async () => {
    const elsewhere = await bundleProcess(tmpdir());
    const session = new InferenceSession(await loadParams(CHECKPOINT, [32, 32]), {
      processFile: elsewhere,
      idleMs: 60_000,
    });
    sessions.push(session);
    const failed = session.load(never);
    await expect(failed).rejects.toMatchObject({ code: 'unsupported', file: 'ONNX Runtime' });
    await expect(failed).rejects.toThrow('it cannot be loaded on this platform');
    await rm(path.dirname(elsewhere), { recursive: true, force: true });
  });

  it('rejects what is asked of it after it was closed', async () => {
    const session = await sessionOf(CHECKPOINT);
    await session.load(never);
    await session.dispose();
    await expect(session.load(never)).rejects.toMatchObject({ code: 'worker-stopped' });
  });
});
