import { describe, expect, it } from 'vitest';
import type { Picture } from '../../../../../src/core/image/preprocess/picture.js';
import { changePreprocessing, type Preprocessing } from '../../../../../src/core/image/preprocess/preprocessing.js';
import { preprocess, preprocessLabels } from '../../../../../src/core/image/preprocess/preprocess.js';
import { problemOf } from '../../../support/problem-of.js';

const PLAIN: Preprocessing = {
  resize: { mode: 'none' },
  resampling: 'bilinear',
  crop: null,
  rescale: 1,
  mean: [0, 0, 0],
  deviation: [1, 1, 1],
  colour: 'rgb',
};

const failure = (call: () => unknown) => problemOf(Promise.resolve().then(call));

const centre = (height: number, width: number) =>
  ({ size: [height, width], place: 'centre', rounding: 'down', fill: [0, 0, 0] }) as const;

/** Red tells the column, green the row, blue is 7. */
function ramp(width: number, height: number): Picture {
  const pixels = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) pixels.set([i % width, Math.floor(i / width), 7], i * 3);
  return { width, height, pixels };
}

function plane(pixels: Float32Array, channel: number): number[] {
  const area = pixels.length / 3;
  return Array.from(pixels.subarray(channel * area, (channel + 1) * area));
}

describe('preprocess', () => {
  it('lays channels one after the other and normalises them in their own way', () => {
    const { pixels, size } = preprocess(
      ramp(3, 2),
      { ...PLAIN, rescale: 0.5, mean: [1, 0, -1], deviation: [2, 1, 0.5] },
      'ramp',
    );
    expect(size).toEqual([2, 3]);
    expect(plane(pixels, 0)).toEqual([-0.5, -0.25, 0, -0.5, -0.25, 0]);
    expect(plane(pixels, 1)).toEqual([0, 0, 0, 0.5, 0.5, 0.5]);
    expect(plane(pixels, 2)).toEqual(new Array(6).fill(9));
  });

  it('gives blue first where the model wants it', () => {
    const { pixels } = preprocess(ramp(2, 1), { ...PLAIN, colour: 'bgr', mean: [7, 0, 0] }, 'ramp');
    expect([plane(pixels, 0), plane(pixels, 1), plane(pixels, 2)]).toEqual([
      [0, 0],
      [0, 0],
      [0, 1],
    ]);
  });

  it('takes half a pixel of the shorter side for a whole one where the model does', () => {
    const picture = ramp(12, 7);
    const size = [6, 6] as const;
    const resized = (resize: Preprocessing['resize']) => preprocess(picture, { ...PLAIN, resize }, 'ramp').size;
    expect(resized({ mode: 'longest-side', size, halves: 'up' })).toEqual([4, 6]);
    expect(resized({ mode: 'longest-side', size: [5 * 12, 5 * 12] })).toEqual([35, 60]);
    // 4.5 goes to the even number.
    const long = preprocess(ramp(12, 9), { ...PLAIN, resize: { mode: 'longest-side', size } }, 'ramp');
    expect(long.size).toEqual([4, 6]);
  });

  it('says where the input lies on the original picture', () => {
    const cropped = preprocess(
      ramp(100, 50),
      { ...PLAIN, resize: { mode: 'shortest-edge', edge: 25, longest: null }, crop: centre(20, 20) },
      'ramp',
    );
    expect(cropped.placement).toEqual({ x: 30, y: 4, width: 40, height: 40 });
    const squeezed = preprocess(ramp(100, 50), changePreprocessing(PLAIN, { size: [30, 30] }), 'ramp');
    expect(squeezed.placement).toEqual({ x: 0, y: 0, width: 100, height: 50 });
  });

  it('fills up a picture that is smaller than the crop, in the middle or at the end', () => {
    const middle = preprocess(ramp(2, 1), { ...PLAIN, crop: { ...centre(3, 5), fill: [9.25, 0, 0] } }, 'ramp');
    expect(plane(middle.pixels, 0)).toEqual([
      9.25, 9.25, 9.25, 9.25, 9.25, 9.25, 0, 1, 9.25, 9.25, 9.25, 9.25, 9.25, 9.25, 9.25,
    ]);
    expect(middle.placement).toEqual({ x: -1, y: -1, width: 5, height: 3 });
    expect(middle.picture.pixels[0]).toBe(9);
    const start = preprocess(
      ramp(2, 1),
      { ...PLAIN, crop: { ...centre(2, 3), place: 'start', fill: [5, 0, 0] } },
      'ramp',
    );
    expect(plane(start.pixels, 0)).toEqual([0, 1, 5, 5, 5, 5]);
  });

  it('fits a picture into a box and covers one, in its own proportions', () => {
    const sizeBy = (mode: 'cover' | 'longest-side') =>
      preprocess(ramp(120, 60), { ...PLAIN, resize: { mode, size: [30, 40] } }, 'ramp').size;
    expect(sizeBy('longest-side')).toEqual([20, 40]);
    expect(sizeBy('cover')).toEqual([30, 60]);
  });

  it('keeps the crop of a picture that is all width', () => {
    const long = { width: 30_000, height: 1, pixels: new Uint8Array(90_000).fill(40) };
    const input = preprocess(
      long,
      { ...PLAIN, resize: { mode: 'shortest-edge', edge: 256, longest: null }, crop: centre(224, 224) },
      'long',
    );
    expect(input.size).toEqual([224, 224]);
    expect(new Set(input.pixels)).toEqual(new Set([40]));
  });

  it('refuses pictures without pixels and inputs that do not fit', async () => {
    expect(await failure(() => preprocess(ramp(0, 5), PLAIN, 'none.png'))).toMatchObject({
      code: 'empty',
      file: 'none.png',
    });
    const whole: Preprocessing = { ...PLAIN, resize: { mode: 'shortest-edge', edge: 256, longest: null } };
    const long = { width: 30_000, height: 1, pixels: new Uint8Array(90_000) };
    const crop = centre(8, 8);
    const huge: Preprocessing = { ...whole, crop, resize: { mode: 'shortest-edge', edge: 16_384, longest: null } };
    expect(await failure(() => preprocess(long, huge, 'long.png'))).toMatchObject({ code: 'limit' });
    expect(await failure(() => preprocess(long, whole, 'long.png'))).toMatchObject({
      code: 'limit',
      problem: 'this preprocessing makes 7680000 x 256 pixels of it, more than fit',
    });
  });
});

describe('changePreprocessing', () => {
  it('takes an exact size without the crop, and other fields as they are', () => {
    const base: Preprocessing = { ...PLAIN, crop: centre(224, 224) };
    expect(changePreprocessing(base, { size: [28, 56] })).toEqual({
      ...PLAIN,
      resize: { mode: 'exact', size: [28, 56] },
    });
    expect(changePreprocessing(base, { resampling: 'lanczos', mean: [1, 2, 3] })).toEqual({
      ...base,
      resampling: 'lanczos',
      mean: [1, 2, 3],
    });
  });

  it.each([
    [{ size: [0, 224] }, 'its size is 0x224'],
    [{ size: [1e9, 1] }, 'its size is 1000000000x1'],
    [{ size: [1.5, 8] }, 'its size is 1.5x8'],
    [{ crop: centre(9000, 9000) }, 'its size is 9000x9000'],
    [{ resize: { mode: 'shortest-edge', edge: NaN, longest: null } }, 'its shortest edge is NaN'],
    [{ deviation: [1, 0, 1] }, 'a deviation is 0'],
    [{ mean: [1, Infinity, 1] }, 'is infinite'],
  ] as const)('refuses %j', async (changes, words) => {
    const problem = await failure(() => changePreprocessing(PLAIN, changes));
    expect(problem).toMatchObject({ code: 'wrong-use' });
    expect(problem.message).toContain(words);
  });
});

describe('preprocessLabels', () => {
  const halves = { width: 4, height: 2, labels: Int32Array.from([0, 0, 1, 1, 0, 0, 2, 2]) };

  it('goes through the same resizing and cropping by the nearest label', () => {
    const way: Preprocessing = { ...PLAIN, resize: { mode: 'exact', size: [4, 8] }, crop: centre(4, 4) };
    const { labels } = preprocessLabels(halves, [2, 4], way, 'mask');
    expect(Array.from(labels)).toEqual([0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 2, 2, 0, 0, 2, 2]);
  });

  it('scales a map of another size and leaves what is filled up without a label', () => {
    const way: Preprocessing = { ...PLAIN, crop: centre(4, 10) };
    const { labels, width, height } = preprocessLabels(halves, [4, 8], way, 'mask');
    expect([width, height]).toEqual([10, 4]);
    expect(Array.from(labels.subarray(0, 10))).toEqual([-1, 0, 0, 0, 0, 1, 1, 1, 1, -1]);
    expect(Array.from(labels.subarray(30, 40))).toEqual([-1, 0, 0, 0, 0, 2, 2, 2, 2, -1]);
  });
});
