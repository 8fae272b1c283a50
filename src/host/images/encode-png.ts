import type { RgbaPicture } from '../../core/image/overlay/interpolate.js';
import { loadSharp } from './decode.js';

/** A picture as the bytes of a PNG file. @param file what it is for, for messages. */
async function encodePng({ data, width, height }: RgbaPicture, file: string): Promise<Uint8Array> {
  const sharp = await loadSharp(file);
  return sharp(data, { raw: { width, height, channels: 4 } })
    .removeAlpha()
    .png()
    .toBuffer();
}

/** A picture as a data address. */
export async function dataAddress(picture: RgbaPicture, file: string): Promise<string> {
  return `data:image/png;base64,${Buffer.from(await encodePng(picture, file)).toString('base64')}`;
}

/** A drawing as the bytes of a PNG file, a pixel a unit. Only for drawings that this program made. */
export async function rasterise(svg: string, file: string): Promise<Uint8Array> {
  const sharp = await loadSharp(file);
  // Without a limit on the length of its parts, since pictures are inside.
  return sharp(Buffer.from(svg), { unlimited: true }).png().toBuffer();
}
