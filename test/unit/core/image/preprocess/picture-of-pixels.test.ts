import { describe, expect, it } from 'vitest';
import { pictureOfPixels } from '../../../../../src/core/image/preprocess/picture-of-pixels.js';
import { preprocess } from '../../../../../src/core/image/preprocess/preprocess.js';
import type { Preprocessing } from '../../../../../src/core/image/preprocess/preprocessing.js';
import { randomNumbers } from '../../../support/random.js';

const base: Preprocessing = {
  resize: { mode: 'none' },
  resampling: 'bilinear',
  crop: null,
  rescale: 1 / 255,
  mean: [0.485, 0.456, 0.406],
  deviation: [0.229, 0.224, 0.225],
  colour: 'rgb',
};

describe('pictureOfPixels', () => {
  it.each([base, { ...base, colour: 'bgr', rescale: 1, mean: [104, 117, 123], deviation: [1, 2, 3] } as const])(
    'is the picture that was normalised',
    (preprocessing) => {
      const next = randomNumbers(2);
      const pixels = Uint8Array.from({ length: 3 * 5 * 4 }, () => 256 * next());
      const { pixels: values, size } = preprocess({ width: 5, height: 4, pixels }, preprocessing, 'picture');
      expect(pictureOfPixels(values, size, preprocessing)).toEqual({ width: 5, height: 4, pixels });
    },
  );

  it('keeps what lies beyond black and white at the edge', () => {
    const values = Float32Array.of(-9, 9, 0);
    expect(Array.from(pictureOfPixels(values, [1, 1], base).pixels)).toEqual([0, 255, 104]);
  });
});
