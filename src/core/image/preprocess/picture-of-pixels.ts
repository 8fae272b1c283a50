import type { Picture, Size } from './picture.js';
import type { Preprocessing } from './preprocessing.js';

/** Place of red, green and blue among the channels that the model sees. */
const ORDERS = { rgb: [0, 1, 2], bgr: [2, 1, 0] } as const;

/** The picture that normalised pixels (3, height, width) show: the normalisation undone, to the nearest of 256 values. */
export function pictureOfPixels(
  values: Float32Array,
  [height, width]: Size,
  { rescale, mean, deviation, colour }: Pick<Preprocessing, 'rescale' | 'mean' | 'deviation' | 'colour'>,
): Picture {
  const area = width * height;
  const pixels = new Uint8ClampedArray(3 * area);
  for (const [channel, place] of ORDERS[colour].entries()) {
    for (let at = 0; at < area; at++) {
      const value = (values[place * area + at] ?? 0) * deviation[place] + mean[place];
      pixels[3 * at + channel] = value / rescale;
    }
  }
  return { width, height, pixels: new Uint8Array(pixels.buffer) };
}
