import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { MatchedCheckpoint } from '../../../../../src/core/source/contract.js';
import { SourceWorker } from '../../../../../src/vscode/source/worker/worker-client.js';
import { opened } from '../support.js';

/** Answers with what it was told; dies of a text called `fatal`, and refuses one called `refused`. */
const WORKER = `
const { parentPort } = require('node:worker_threads');
const told = [];
parentPort.on('message', (message) => {
  if (message.type === 'change') { told.push(message.change.key.file); return; }
  const { id, name, params } = message;
  if (params.file === 'fatal') throw new Error('it broke');
  if (params.file === 'refused') {
    parentPort.postMessage({ id, ok: false, error: { message: 'no', stack: null, checkpoint: null } });
    return;
  }
  const result = name === 'facts' ? { links: told, numbers: [] } : params.wanted.map((each) => ({ kind: 'none', reason: each.checkpoint === null ? 'known' : 'new', closest: [] }));
  parentPort.postMessage({ id, ok: true, result });
});`;

let folder: string;
let client: SourceWorker;
let errors: string[];

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'source-worker-'));
  writeFileSync(path.join(folder, 'worker.cjs'), WORKER);
});

afterAll(() => rmSync(folder, { recursive: true }));

function start(texts: readonly string[] = []): SourceWorker {
  errors = [];
  client = new SourceWorker({
    workerFile: path.join(folder, 'worker.cjs'),
    log: { info: () => undefined, warn: () => undefined, error: (_, error) => void errors.push(String(error)) },
    texts: () => texts.map((file) => opened(file, '')),
  });
  return client;
}

afterEach(() => client.dispose());

const key = (file: string): { file: string; cell: null } => ({ file, cell: null });
const checkpoint: MatchedCheckpoint = {
  tensors: [],
  recognition: { models: [], defaults: [], others: [], looksLike: null, warnings: [] },
};

describe('the thread that reads code', () => {
  it('starts with the first question, and then knows all texts', async () => {
    const worker = start(['a', 'b']);
    worker.tell(opened('c', ''));
    expect(worker.running).toBe(false);
    expect(await worker.facts(key('a'))).toMatchObject({ links: ['a', 'b'] });
    expect(worker.running).toBe(true);
    worker.tell(opened('c', ''));
    expect(await worker.facts(key('a'))).toMatchObject({ links: ['a', 'b', 'c'] });
  });

  it('rejects what it is asked when it dies, and starts afresh with all texts', async () => {
    const worker = start(['a']);
    const [fatal, waiting] = await Promise.allSettled([worker.facts(key('fatal')), worker.facts(key('a'))]);
    expect([fatal.status, waiting.status]).toEqual(['rejected', 'rejected']);
    expect(errors).toEqual(['Error: it broke']);
    expect(await worker.facts(key('a'))).toMatchObject({ links: ['a'] });
  });

  it('rests, and wakes with all texts', async () => {
    const worker = start(['a']);
    await worker.facts(key('a'));
    await worker.rest();
    expect(worker.running).toBe(false);
    expect(await worker.facts(key('a'))).toMatchObject({ links: ['a'] });
    expect(errors).toEqual([]);
  });

  it('is given up when it dies again and again', async () => {
    const worker = start();
    for (let death = 0; death < 3; death++) await expect(worker.facts(key('fatal'))).rejects.toThrow('it broke');
    await expect(worker.facts(key('a'))).rejects.toThrow('has stopped');
    expect(errors).toHaveLength(3);
  });

  it('passes a refusal on, and goes on', async () => {
    const worker = start();
    await expect(worker.facts(key('refused'))).rejects.toThrow('no');
    expect(await worker.facts(key('a'))).toMatchObject({ numbers: [] });
  });

  it('is told of the tensors of a checkpoint once, and again when it has forgotten them', async () => {
    const worker = start();
    const told = async (ids: readonly string[], keep = ids): Promise<string[]> =>
      (
        await worker.match(
          [],
          ids.map((id) => ({ id, checkpoint, options: {} })),
          keep,
        )
      ).map((outcome) => (outcome.kind === 'none' ? outcome.reason : ''));
    expect(await told(['x', 'x', 'y'])).toEqual(['new', 'known', 'new']);
    expect(await told(['x'], ['x', 'y'])).toEqual(['known']);
    expect(await told(['x'])).toEqual(['known']);
    expect(await told(['y'])).toEqual(['new']);
    await expect(worker.facts(key('fatal'))).rejects.toThrow();
    expect(await told(['y'])).toEqual(['new']);
  });

  it('answers nothing once it is disposed of', async () => {
    const worker = start();
    const [asked] = await Promise.allSettled([worker.facts(key('a')), worker.dispose()]);
    expect(asked).toMatchObject({
      status: 'rejected',
      reason: { message: 'the reader of Python stopped: it was closed' },
    });
    await expect(worker.facts(key('a'))).rejects.toThrow('has stopped');
  });
});
