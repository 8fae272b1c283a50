import { describe, expect, it } from 'vitest';
import type { Picture } from '../../../../../src/core/image/preprocess/picture.js';
import { resize } from '../../../../../src/core/image/preprocess/resample/resize.js';
import { randomNumbers } from '../../../support/random.js';

const FILTERS = ['nearest', 'box', 'bilinear', 'hamming', 'bicubic', 'lanczos'] as const;

function noise(width: number, height: number, seed: number): Picture {
  const next = randomNumbers(seed);
  return { width, height, pixels: Uint8Array.from({ length: width * height * 3 }, () => Math.floor(next() * 256)) };
}

describe('resize', () => {
  it.each(FILTERS)('%s: a window equals the same part of the whole', (resampling) => {
    const next = randomNumbers(7);
    for (let round = 0; round < 40; round++) {
      const size = () => 1 + Math.floor(next() * 60);
      const picture = noise(size(), size(), round);
      const [height, width] = [size(), size()];
      const left = Math.floor(next() * width);
      const top = Math.floor(next() * height);
      const window = {
        left,
        top,
        width: 1 + Math.floor(next() * (width - left)),
        height: 1 + Math.floor(next() * (height - top)),
      };
      const whole = resize(picture, [height, width], resampling);
      const part = resize(picture, [height, width], resampling, window);
      const expected: number[] = [];
      for (let y = top; y < top + window.height; y++) {
        expected.push(...whole.pixels.subarray((y * width + left) * 3, (y * width + left + window.width) * 3));
      }
      expect(Array.from(part.pixels)).toEqual(expected);
    }
  });

  it.each(FILTERS)('%s: an even colour stays what it is', (resampling) => {
    const picture = { width: 31, height: 17, pixels: new Uint8Array(31 * 17 * 3).fill(201) };
    for (const size of [
      [1, 1],
      [5, 90],
      [90, 5],
      [17, 40],
      [64, 64],
    ] as const) {
      expect(new Set(resize(picture, size, resampling).pixels)).toEqual(new Set([201]));
    }
  });

  it('computes only the window of a size that would never fit into memory', () => {
    const picture = noise(30_000, 1, 3);
    const window = { left: 3_839_000, top: 0, width: 256, height: 256 };
    expect(resize(picture, [256, 7_680_000], 'bicubic', window).pixels).toHaveLength(256 * 256 * 3);
  });
});
