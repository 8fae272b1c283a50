import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { CheckpointError } from '../../../../src/core/errors.js';
import { WorkerPool } from '../../../../src/host/engine/worker-pool.js';

// A worker that does what the file name asks: answers, dies in each way a worker can die, or never answers.
const SCRIPT = `
const { parentPort } = require('node:worker_threads');
let served = 0;
parentPort.on('message', ({ id, params }) => {
  served++;
  if (params.file === 'exit') process.exit(3);
  if (params.file === 'throw') throw new Error('out of luck');
  if (params.file === 'spin') for (;;);
  if (params.file === 'wait') return;
  if (params.file === 'fail') {
    const checkpoint = { code: 'truncated', file: 'a.pt', problem: 'it is short', advice: 'get it again', remains: null };
    parentPort.postMessage({ id, ok: false, error: { message: 'x', stack: null, checkpoint } });
    return;
  }
  parentPort.postMessage({ id, ok: true, result: served === 1 ? null : [] });
});
`;

let folder = '';
let workerFile = '';
const pools: WorkerPool[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'pool-'));
  workerFile = path.join(folder, 'worker.cjs');
  await writeFile(workerFile, SCRIPT);
});
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.dispose()));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

function pool(size = 1, idleMs = 60_000): WorkerPool {
  const made = new WorkerPool({ workerFile, size, idleMs });
  pools.push(made);
  return made;
}

const ask = (of: WorkerPool, file: string, signal?: AbortSignal) => of.run('recall', { file }, signal);

async function failure(promise: Promise<unknown>): Promise<Error> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error('it did not fail');
  return error;
}

describe('WorkerPool', () => {
  it('keeps a worker from one task to the next', async () => {
    const workers = pool();
    expect(await ask(workers, 'answer')).toBeNull();
    expect(await ask(workers, 'answer')).toEqual([]);
  });

  it.each(['exit', 'throw'])('rejects the task of a worker that dies (%s) and goes on with a new one', async (way) => {
    const workers = pool();
    const doomed = ask(workers, way);
    const waiting = ask(workers, 'answer');
    const error = await failure(doomed);
    expect(error).toBeInstanceOf(CheckpointError);
    expect(error).toMatchObject({ code: 'worker-stopped' });
    expect(await waiting).toBeNull();
  });

  it('gives a failure back with all that a person can act on', async () => {
    const error = await failure(ask(pool(), 'fail'));
    expect(error).toBeInstanceOf(CheckpointError);
    expect(error).toMatchObject({ code: 'truncated', file: 'a.pt', problem: 'it is short', advice: 'get it again' });
  });

  it('cancels a task in mid-computation at once, and one that waits without starting it', async () => {
    const workers = pool();
    const running = new AbortController();
    const waiting = new AbortController();
    const first = ask(workers, 'spin', running.signal);
    const second = ask(workers, 'answer', waiting.signal);
    const third = ask(workers, 'answer');
    waiting.abort();
    expect((await failure(second)).name).toBe('AbortError');
    running.abort();
    expect((await failure(first)).name).toBe('AbortError');
    expect(await third).toBeNull();
    expect((await failure(ask(workers, 'answer', AbortSignal.abort()))).name).toBe('AbortError');
  });

  it('settles everything when it is stopped, and starts afresh', async () => {
    const workers = pool();
    const failures = Promise.all([ask(workers, 'wait'), ask(workers, 'answer')].map(failure));
    await workers.stop();
    for (const error of await failures) expect(error).toMatchObject({ code: 'worker-stopped' });
    expect(await ask(workers, 'answer')).toBeNull();
  });

  it('runs tasks side by side up to its size', async () => {
    const workers = pool(2);
    const stuck = failure(ask(workers, 'wait'));
    expect(await ask(workers, 'answer')).toBeNull();
    await workers.stop();
    expect(await stuck).toMatchObject({ code: 'worker-stopped' });
  });

  it('runs tasks on workers that were started before there was work', async () => {
    const workers = pool(2);
    workers.warm();
    expect(await Promise.all([ask(workers, 'answer'), ask(workers, 'answer')])).toEqual([null, null]);
  });

  it('takes no task after it was disposed', async () => {
    const workers = pool();
    await workers.dispose();
    expect(await failure(ask(workers, 'answer'))).toMatchObject({ code: 'worker-stopped' });
  });

  it('ends workers that have had no work for a while', async () => {
    const workers = pool(1, 1);
    expect(await ask(workers, 'answer')).toBeNull();
    // A worker that has served nothing yet is a new one: the old one was ended.
    await vi.waitFor(async () => {
      expect(await ask(workers, 'answer')).toBeNull();
    });
  });
});
