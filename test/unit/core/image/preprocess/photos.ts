import { readFileSync } from 'node:fs';
import path from 'node:path';
import sharp from 'sharp';
import type { Picture } from '../../../../../src/core/image/preprocess/picture.js';

const ROOT = path.join(import.meta.dirname, '../../../../..');

/** A photo of the bundled sample. */
export async function photo(name: string): Promise<Picture> {
  const { data, info } = await sharp(path.join(ROOT, 'media/sample/images', `${name}.png`))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, pixels: new Uint8Array(data) };
}

/** A golden file that nothing has checked. */
export function goldenJson(name: string): unknown {
  return JSON.parse(readFileSync(path.join(ROOT, 'test/fixtures/preprocess', name), 'utf8'));
}
