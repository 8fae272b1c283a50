import type { GrayPicture } from '../gray.js';
import { type Between, interpolate, type PatchMap, type RgbaPicture } from './interpolate.js';

/** Colour of the largest attention, and how much of it covers the picture there, each for red, green and blue. */
const YELLOW = [255, 214, 96] as const;
const COVER = [0.96, 0.94, 0.8] as const;

/** Part of the picture's own light that is left. */
const DIM = 0.36;

/** Attention over patches as yellow heat on the dimmed picture; strength is the square root of attention over `largest`, the head's own or a common one. */
export function paintAttention(
  gray: GrayPicture,
  { rows, columns, values }: PatchMap,
  largest: number,
  between: Between,
): RgbaPicture {
  const { width, height, data: light } = gray;
  const strength = Float32Array.from(values, (value) => Math.sqrt(Math.max(0, largest > 0 ? value / largest : 0)));
  const field = interpolate({ rows, columns, values: strength }, width, height, between);
  // Opaque; the other channels are set below.
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  const [red, green, blue] = YELLOW;
  const [coverRed, coverGreen, coverBlue] = COVER;
  for (let i = 0, to = 0; i < light.length; i++, to += 4) {
    const value = field[i] ?? 0;
    const heat = value > 0 ? (value < 1 ? value : 1) : 0;
    const own = (light[i] ?? 0) * DIM;
    data[to] = own + (red - own) * heat * coverRed;
    data[to + 1] = own + (green - own) * heat * coverGreen;
    data[to + 2] = own + (blue - own) * heat * coverBlue;
  }
  return { width, height, data };
}
