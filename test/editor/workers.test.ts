import assert from 'node:assert/strict';
import path from 'node:path';
import type { Worker } from 'node:worker_threads';
import { measureBusy } from './support/busy.js';
import { closeAll, open, run, scratchFolder } from './support/lens.js';
import { until } from './support/until.js';
import { VIT_B, writeVit } from './support/vit-file.js';

/** The extension host may never be busy for longer. */
const BLOCKED_LIMIT_MS = 50;

// From the start on: workers stay for the tests that come later.
const workers: Worker[] = [];
process.on('worker', (worker) => workers.push(worker));

describe('work in threads', () => {
  let scratch: ReturnType<typeof scratchFolder>;
  let file = '';

  // a file of its own for each test: figures of the same file would come from the cache
  beforeEach(() => {
    scratch = scratchFolder();
    file = path.join(scratch.folder, 'vit-b.safetensors');
    writeVit(file, VIT_B);
  });
  afterEach(async () => {
    await closeAll();
    scratch.delete();
  });

  it('never blocks the extension host', async () => {
    const longestBusyMs = measureBusy();
    const shown = await open(file);
    await run(shown);
    await until('a selection', () => shown.panel.selection ?? undefined);
    const longestMs = longestBusyMs();
    assert.ok(longestMs <= BLOCKED_LIMIT_MS, `blocked for ${longestMs.toFixed(0)} ms`);
  });

  it('that dies says so, and the next try goes on from there', async () => {
    const shown = await open(file);
    // with it the others are under way, which wait for the panel's page
    await until('the second layer', () => shown.session.runOf(shown.panel)?.layers[1]);
    // not waited for: the extension takes all listeners off a worker that it gives up
    assert.ok(workers.length > 0, 'no worker was started');
    for (const worker of workers) void worker.terminate();
    await run(shown, 'crashed');
    shown.session.resume(shown.panel);
    const { layers } = await run(shown);
    assert.equal(layers.length, VIT_B.depth);
  });

  it('that is cancelled keeps its layers and goes on with the others', async () => {
    const shown = await open(file);
    await until('the first layer', () => shown.session.runOf(shown.panel)?.layers[0]);
    shown.session.cancel(shown.panel);
    const { layers } = await run(shown, 'cancelled');
    assert.ok(layers.length > 0 && layers.length < VIT_B.depth);
    shown.session.resume(shown.panel);
    await run(shown);
  });
});
