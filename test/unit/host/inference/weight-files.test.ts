import { mkdir, mkdtemp, readFile, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { WeightCopy } from '../../../../src/core/inference/graph-builder.js';
import type { TensorEntry } from '../../../../src/core/tensors/tensor-index.js';
import { weightFolder, writeCopies } from '../../../../src/host/inference/weight-files.js';
import { memorySource } from '../../support/memory-source.js';

let folder = '';
beforeEach(async () => {
  folder = await realpath(await mkdtemp(path.join(tmpdir(), 'weights-')));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the folder of a session', () => {
  it('is the innermost that holds what the names really lead to', async () => {
    await mkdir(path.join(folder, 'model/parts'), { recursive: true });
    await mkdir(path.join(folder, 'store'));
    const real = path.join(folder, 'store/blob');
    const link = path.join(folder, 'model/a.safetensors');
    const shard = path.join(folder, 'model/parts/b.safetensors');
    await writeFile(real, '');
    await writeFile(shard, '');
    await symlink(real, link);
    const alone = await weightFolder([shard], null);
    expect([alone.folder, alone.locationOf(0)]).toEqual([path.dirname(shard), 'b.safetensors']);
    const both = await weightFolder([link, shard], null);
    expect(both.folder).toBe(folder);
    expect([both.locationOf(0), both.locationOf(1), both.locationOf(2)]).toEqual([
      'store/blob',
      'model/parts/b.safetensors',
      null,
    ]);
    const copying = await weightFolder([shard], path.join(folder, 'tmp/weights.bin'));
    expect([copying.folder, copying.copyLocation, copying.locationOf(0)]).toEqual([
      folder,
      'tmp/weights.bin',
      'model/parts/b.safetensors',
    ]);
  });
});

describe('copied weights', () => {
  it('are float32 row by row, one after the other, in a file of nobody else', async () => {
    const stored = Float64Array.of(1, 2, 3, 4, 5, 6);
    const tensor: TensorEntry = {
      name: 'w',
      dtype: 'F64',
      shape: [2, 3],
      strides: [1, 2],
      file: 0,
      offset: 0,
      byteLength: 48,
    };
    const source = memorySource('w.pt', new Uint8Array(stored.buffer));
    const whole = { tensor, rowStart: 0, rows: 2, columns: 3, transposed: false };
    const copies: WeightCopy[] = [
      { view: whole, offset: 0 },
      { view: { ...whole, rowStart: 1, rows: 1 }, offset: 24 },
    ];
    const file = path.join(folder, 'new/weights.bin');
    await writeCopies(file, copies, () => Promise.resolve(source));
    const bytes = await readFile(file);
    expect([...new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)]).toEqual([
      1, 3, 5, 2, 4, 6, 2, 4, 6,
    ]);
    if (process.platform !== 'win32') expect((await stat(file)).mode & 0o077).toBe(0);
    await expect(writeCopies(file, copies, () => Promise.resolve(source))).rejects.toThrow('EEXIST');
  });
});
