import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toList } from '../../../../src/core/image/sift/keypoints.js';
import { openImage } from '../../../../src/host/images/image-file.js';
import { keypointsOfImage } from '../../../../src/host/images/keypoints-of-image.js';
import { goldenOf, shareFound } from '../../core/image/sift/goldens.js';
import { png, PNG } from './pictures.js';

const FIXTURES = path.join(import.meta.dirname, '../../../fixtures/sift');
const ignore = () => undefined;
const never = new AbortController().signal;

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'images-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function written(name: string, content: string | Uint8Array): Promise<string> {
  const file = path.join(folder, name);
  await writeFile(file, content);
  return file;
}

describe('openImage', () => {
  it('tells size, format, identity and what was read', async () => {
    const image = await openImage(path.join(FIXTURES, 'hubble.native.gray.png'));
    expect(image).toMatchObject({ name: 'hubble.native.gray.png', format: 'png', width: 640, height: 480 });
    expect(image.identity.sizeBytes).toBe(184_204);
    expect(image.identity.headerHash).toMatch(/^[0-9a-f]{64}$/);
    expect(image.bytesRead).toBeGreaterThanOrEqual(184_204);
  });

  it('tells what is wrong with what is no picture file', async () => {
    await expect(openImage(folder)).rejects.toThrow(/it is a folder, not a picture; choose a file/);
    await expect(openImage(path.join(folder, 'none.png'))).rejects.toMatchObject({
      code: 'missing-file',
      file: 'none.png',
    });
    await expect(openImage(await written('a.png', ''))).rejects.toMatchObject({ code: 'empty' });
    await expect(openImage(await written('b.png', 'hello'))).rejects.toThrow(/b\.png: it is a text; PNG/);
    const video = Buffer.concat([Buffer.from('\0\0\0\x18ftypmp42'), Buffer.alloc(100_000)]);
    await expect(openImage(await written('c.png', video))).rejects.toThrow(/it is a video/);
  });
});

describe('keypointsOfImage', () => {
  it('finds OpenCV’s keypoints in a file', async () => {
    const image = await openImage(path.join(FIXTURES, 'coffee.224.gray.png'));
    const shares: number[] = [];
    const { keypoints, warnings, detectMs } = await keypointsOfImage(image, (share) => shares.push(share), never);
    expect(shareFound(goldenOf('coffee.224'), toList(keypoints))).toBeGreaterThanOrEqual(0.99);
    expect(warnings).toEqual([]);
    expect(detectMs).toBeGreaterThan(0);
    expect(shares.at(-1)).toBeGreaterThan(0.95);
  });

  it('ends soon after it is cancelled', async () => {
    const image = await openImage(path.join(FIXTURES, 'hubble.native.gray.png'));
    const cancel = new AbortController();
    let steps = 0;
    const running = keypointsOfImage(
      image,
      () => {
        steps++;
        if (steps === 3) cancel.abort();
      },
      cancel.signal,
    );
    await expect(running).rejects.toMatchObject({ name: 'AbortError' });
    expect(steps).toBe(3);
  });

  it('refuses a picture beyond its memory before its pixels are decoded', async () => {
    const file = await written(
      'wide.png',
      png({ width: 10_000, height: 10_000, type: PNG.gray, rows: [new Uint8Array(9)] }),
    );
    const image = await openImage(file);
    await expect(keypointsOfImage(image, ignore, never)).rejects.toMatchObject({ code: 'limit', file: 'wide.png' });
    await expect(keypointsOfImage(image, ignore, never)).rejects.toThrow(/10 000 x 10 000 pixels, more than/);
  });

  it('finds nothing in one pixel', async () => {
    const image = await openImage(
      await written('dot.png', png({ width: 1, height: 1, type: PNG.gray, rows: [Uint8Array.of(3)] })),
    );
    expect((await keypointsOfImage(image, ignore, never)).keypoints.count).toBe(0);
  });
});
