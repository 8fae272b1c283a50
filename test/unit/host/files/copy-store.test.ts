import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CopyStore } from '../../../../src/host/files/copy-store.js';

const BYTES = new Uint8Array([1, 2, 3]);
const WRITTEN_MS = 1_700_000_000_123;

let base: string;
let root: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'copies-'));
  root = join(base, 'storage', 'copies');
});

afterEach(() => {
  rmSync(base, { recursive: true, force: true });
});

describe('a store of copies', () => {
  it('writes files that only this user may read, with the time of what they are copies of', async () => {
    const store = new CopyStore(root);
    const folder = await store.make();
    await store.write(folder, { name: 'onnx/model.onnx', bytes: BYTES, modifiedMs: WRITTEN_MS });
    const file = join(folder, 'onnx', 'model.onnx');
    expect([...readFileSync(file)]).toEqual([...BYTES]);
    expect(Math.abs(statSync(file).mtimeMs - WRITTEN_MS)).toBeLessThan(1);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    store.dispose();
    expect(readdirSync(root)).toEqual([]);
  });

  it('takes a time that is none as it comes', async () => {
    const store = new CopyStore(root);
    const folder = await store.make();
    for (const modifiedMs of [NaN, -1, 0, Infinity]) {
      await store.write(folder, { name: `at ${String(modifiedMs)}`, bytes: BYTES, modifiedMs });
    }
    expect(readdirSync(folder)).toHaveLength(4);
    store.dispose();
  });

  it('writes nothing outside its folder, and no file twice', async () => {
    const store = new CopyStore(root);
    const folder = await store.make();
    for (const name of ['../out', '/out', 'a/../../out', 'a\\out', 'c:out', '', 'a\0b']) {
      await expect(store.write(folder, { name, bytes: BYTES, modifiedMs: 0 }), name).rejects.toThrow(
        /no name of a file/u,
      );
    }
    await store.write(folder, { name: 'model.pt', bytes: BYTES, modifiedMs: 0 });
    await expect(store.write(folder, { name: 'model.pt', bytes: BYTES, modifiedMs: 0 })).rejects.toThrow(/EEXIST/u);
    store.dispose();
    expect(readdirSync(base)).toEqual(['storage']);
  });

  it('sweeps what processes left that are gone, and nothing else', async () => {
    const store = new CopyStore(root);
    const own = await store.make();
    const [machine = '', id = ''] = basename(own).split('-');
    const gone = spawnSync(process.execPath, ['-e', '']).pid;
    const left = [`${machine}-${String(gone)}-a`, `${machine}-${id}-left`];
    const kept = [`${machine}-${String(process.ppid)}-b`, `00000000-${String(gone)}-c`, 'notes'];
    for (const name of [...left, ...kept]) mkdirSync(join(root, name));
    writeFileSync(join(root, left[0] ?? '', 'model.pt'), BYTES);
    await store.sweep();
    expect(readdirSync(root).sort()).toEqual([...kept, basename(own)].sort());
    await store.remove(own);
    expect(existsSync(own)).toBe(false);
  });

  it('sweeps where nothing was ever copied', async () => {
    await new CopyStore(root).sweep();
    expect(existsSync(root)).toBe(false);
  });
});
