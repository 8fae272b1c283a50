import assert from 'node:assert/strict';
import {
  closeSync,
  copyFileSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { closeAll, fixture, open, run, scratchFolder } from './support/lens.js';
import { until } from './support/until.js';
import { untilWatched } from './support/watched.js';

const MODEL = 'model.safetensors';

describe('a file that changes', () => {
  let scratch: ReturnType<typeof scratchFolder>;
  let file = '';

  beforeEach(async () => {
    scratch = scratchFolder([MODEL, 'config.json']);
    file = path.join(scratch.folder, MODEL);
    await untilWatched(scratch.folder);
  });
  afterEach(async () => {
    await closeAll();
    scratch.delete();
  });

  /** Overwrites what lies behind the header with zeros from half of the file on. */
  function zeroHalf(): void {
    const half = Math.floor(readFileSync(file).length / 2);
    const target = openSync(file, 'r+');
    writeSync(target, Buffer.alloc(half), 0, half, half);
    closeSync(target);
  }

  it('is shown anew by itself when it holds the same model', async () => {
    const shown = await open(file);
    const before = await run(shown);
    zeroHalf();
    const after = await until('the figures of the new file', () => {
      const current = shown.session.runOf(shown.panel);
      return current !== before && current?.status === 'done' ? current : undefined;
    });
    assert.equal(shown.session.note, null);
    // the file holds the layers in the order 0, 1, 10, 11, 2 and so on
    assert.equal(after.layers[9]?.heads[0]?.trouble, 'zero');
  });

  it('is shown anew when it is replaced by another file of its name', async () => {
    const shown = await open(file);
    const before = await run(shown);
    const bytes = readFileSync(file);
    writeFileSync(`${file}.part`, bytes);
    renameSync(`${file}.part`, file);
    await until('figures read anew', () => (shown.session.runOf(shown.panel) === before ? undefined : true));
    await run(shown);
    assert.equal(shown.session.note, null);
  });

  it('keeps its figures under a note while it is half written', async () => {
    const shown = await open(file);
    const before = await run(shown);
    truncateSync(file, 1_000_000);
    const note = await until('the note', () => shown.session.note ?? undefined);
    assert.equal(note.kind, 'changed');
    assert.match(note.text, /model\.safetensors changed and cannot be read now/);
    assert.equal(shown.session.runOf(shown.panel), before);
  });

  it('keeps its figures under a note when it is gone, and takes it back when it is there again', async () => {
    const shown = await open(file);
    await run(shown);
    const bytes = readFileSync(file);
    rmSync(file);
    const note = await until('the note', () => shown.session.note ?? undefined);
    assert.equal(note.kind, 'gone');
    writeFileSync(file, bytes);
    await until('the end of the note', () => (shown.session.note === null ? true : undefined));
  });
});

describe('an adapter whose base lies in another folder', () => {
  const made: ReturnType<typeof scratchFolder>[] = [];

  afterEach(async () => {
    await closeAll();
    for (const scratch of made.splice(0)) scratch.delete();
  });

  it('is shown anew when the base changes', async () => {
    const [adapterFolder, baseFolder] = [scratchFolder(), scratchFolder()];
    made.push(adapterFolder, baseFolder);
    for (const name of ['adapter_config.json', 'adapter_model.safetensors'])
      copyFileSync(fixture(`adapters/vit_query_value/${name}`), path.join(adapterFolder.folder, name));
    const base = path.join(baseFolder.folder, MODEL);
    for (const name of ['config.json', MODEL])
      copyFileSync(fixture(`checkpoints/hf_vit/${name}`), path.join(baseFolder.folder, name));
    await untilWatched(baseFolder.folder);
    const shown = await open(path.join(adapterFolder.folder, 'adapter_model.safetensors'));
    await until('the page that asks for a base', () => (shown.session.state.kind === 'problem' ? true : undefined));
    await shown.session.setBase(base);
    const before = await run(shown);
    await untilWatched(baseFolder.folder);
    const bytes = readFileSync(base);
    writeFileSync(`${base}.part`, bytes);
    renameSync(`${base}.part`, base);
    await until('figures read anew', () => (shown.session.runOf(shown.panel) === before ? undefined : true));
    await run(shown);
    rmSync(base);
    const note = await until('the note', () => shown.session.note ?? undefined);
    assert.equal(note.kind, 'changed');
  });
});

describe('a file that cannot be shown', () => {
  let scratch: ReturnType<typeof scratchFolder>;

  beforeEach(async () => {
    scratch = scratchFolder();
    await untilWatched(scratch.folder);
  });
  afterEach(async () => {
    await closeAll();
    scratch.delete();
  });

  /** The page of a file with these bytes. */
  async function pageOf(name: string, bytes: Uint8Array | string) {
    const file = path.join(scratch.folder, name);
    writeFileSync(file, bytes);
    const { session } = await open(file);
    return until('the page', () => (session.state.kind === 'problem' ? session.state.page : undefined));
  }

  const sampleBytes = (): Buffer => readFileSync(path.join(scratch.folder, '..', 'sample', MODEL));

  it('because it is cut short says where, and shows the layers before the break', async () => {
    const bytes = sampleBytes();
    const page = await pageOf('cut.safetensors', bytes.subarray(0, Math.floor(bytes.length * 0.7)));
    assert.equal(page.title, 'cut.safetensors is cut short.');
    assert.match(page.actions[0]?.label ?? '', /^Show layers 0 to \d+$/);
    const shown = await open(path.join(scratch.folder, 'cut.safetensors'));
    await shown.session.open(true);
    const { layers } = await run(shown);
    assert.equal(page.actions[0]?.label, `Show layers 0 to ${(layers.length - 1).toString()}`);
    assert.ok(layers.length > 2 && layers.length < 12);
  });

  it('because it is empty says so, and is shown once it is written', async () => {
    const page = await pageOf('late.safetensors', '');
    assert.equal(page.code, 'empty');
    writeFileSync(path.join(scratch.folder, 'late.safetensors'), sampleBytes());
    const shown = await open(path.join(scratch.folder, 'late.safetensors'));
    await run(shown);
  });

  it('because it is something else says so', async () => {
    const page = await pageOf('notes.pt', 'Notes on a training run, which are no checkpoint at all.\n'.repeat(40));
    assert.equal(page.code, 'not-a-checkpoint');
    assert.match(page.title, /^notes\.pt/);
  });
});
