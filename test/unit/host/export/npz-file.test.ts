import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNpzFile } from '../../../../src/host/export/npz-file.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'npz-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Members of a stored zip, through its directory, with the checksums verified. */
function members(bytes: Buffer): Map<string, Buffer> {
  const end = bytes.length - 22;
  expect(bytes.readUInt32LE(end)).toBe(0x06054b50);
  const found = new Map<string, Buffer>();
  let at = bytes.readUInt32LE(end + 16);
  for (let i = 0; i < bytes.readUInt16LE(end + 10); i++) {
    const size = bytes.readUInt32LE(at + 20);
    const nameLength = bytes.readUInt16LE(at + 28);
    const local = bytes.readUInt32LE(at + 42);
    const start = local + 30 + bytes.readUInt16LE(local + 26);
    const content = bytes.subarray(start, start + size);
    expect(bytes.readUInt32LE(local)).toBe(0x04034b50);
    expect(crc32(content)).toBe(bytes.readUInt32LE(at + 16));
    expect(bytes.readUInt32LE(local + 14)).toBe(bytes.readUInt32LE(at + 16));
    found.set(bytes.toString('latin1', at + 46, at + 46 + nameLength), content);
    at += 46 + nameLength;
  }
  return found;
}

function values(member: Buffer | undefined): number[] {
  if (member === undefined) throw new Error('no such member');
  const start = 10 + member.readUInt16LE(8);
  return Array.from({ length: (member.length - start) / 8 }, (_, i) => member.readDoubleLE(start + 8 * i));
}

describe('createNpzFile', () => {
  it('holds arrays that grew side by side', async () => {
    const file = path.join(folder, 'a.npz');
    const archive = await createNpzFile(file, [
      { name: 'u', shape: [2, 2] },
      { name: 'v', shape: [2, 2] },
    ]);
    for (let i = 0; i < 2; i++) {
      await archive.append('u', Float64Array.of(i, i + 0.5));
      await archive.append('v', Float64Array.of(-i, NaN));
    }
    await archive.finish();
    const found = members(await readFile(file));
    expect([...found.keys()]).toEqual(['u.npy', 'v.npy']);
    expect(values(found.get('u.npy'))).toEqual([0, 0.5, 1, 1.5]);
    expect(values(found.get('v.npy'))).toEqual([-0, NaN, -1, NaN]);
    expect(await readdir(folder)).toEqual(['a.npz']);
  });

  it('leaves nothing when it is discarded', async () => {
    const archive = await createNpzFile(path.join(folder, 'a.npz'), [{ name: 'u', shape: [1] }]);
    await archive.append('u', Float64Array.of(1));
    await archive.discard();
    expect(await readdir(folder)).toEqual([]);
  });

  it('refuses what a zip of 4 GB cannot hold', async () => {
    const huge = createNpzFile(path.join(folder, 'a.npz'), [{ name: 'u', shape: [2 ** 30] }]);
    await expect(huge).rejects.toThrow(/4 GB/);
    expect(await readdir(folder)).toEqual([]);
  });
});
