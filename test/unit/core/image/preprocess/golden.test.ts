import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { beforeAll, describe, expect, it } from 'vitest';
import { preprocessingFrom } from '../../../../../src/core/image/preprocess/config/preprocessing-from.js';
import type { Picture } from '../../../../../src/core/image/preprocess/picture.js';
import { preprocess } from '../../../../../src/core/image/preprocess/preprocess.js';
import { resize } from '../../../../../src/core/image/preprocess/resample/resize.js';
import { goldenJson, photo } from './photos.js';

// Made by test/fixtures/preprocess/make.py with Pillow 13, Transformers, torchvision and timm.

const side = v.tuple([v.number(), v.number()]);
const samples = v.array(v.tuple([v.number(), v.number()]));
const expected = v.parse(
  v.object({
    resizes: v.array(
      v.object({
        picture: v.string(),
        size: side,
        resampling: v.picklist(['nearest', 'box', 'bilinear', 'hamming', 'bicubic', 'lanczos']),
        sha256: v.string(),
        samples,
      }),
    ),
    pipelines: v.array(
      v.object({
        name: v.string(),
        library: v.string(),
        config: v.unknown(),
        facts: v.object({ family: v.string(), patch: v.number(), imageSize: v.nullable(side) }),
        picture: v.string(),
        shape: v.tuple([v.literal(3), v.number(), v.number()]),
        sum: v.number(),
        samples,
      }),
    ),
  }),
  goldenJson('expected.json'),
);

const photos = new Map<string, Picture>();

beforeAll(async () => {
  for (const name of ['chelsea', 'coffee', 'rocket']) photos.set(name, await photo(name));
});

function pictureOf(name: string): Picture {
  const picture = photos.get(name);
  if (picture === undefined) throw new Error(`no photo ${name}`);
  return picture;
}

describe('resize equals Pillow to the bit', () => {
  it.each(expected.resizes)('$picture to $size, $resampling', ({ picture, size, resampling, sha256, samples }) => {
    const { pixels } = resize(pictureOf(picture), size, resampling);
    expect(samples.map(([place]) => [place, pixels[place]])).toEqual(samples);
    expect(createHash('sha256').update(pixels).digest('hex')).toBe(sha256);
  });
});

describe('preprocess agrees with the libraries', () => {
  it('on many configurations', () => {
    expect(expected.pipelines.length).toBeGreaterThan(80);
  });

  it.each(expected.pipelines)('$name, $picture', ({ library, config, facts, picture, shape, sum, samples }) => {
    const { preprocessing, assumed } = preprocessingFrom(config, facts);
    const { pixels, size } = preprocess(pictureOf(picture), preprocessing, picture);
    expect([3, ...size]).toEqual(shape);
    // torchvision resizes tensors of bytes in fixed point of fewer bits than Pillow; all else is the same but for float32.
    const step = preprocessing.rescale / Math.min(...preprocessing.deviation.map(Math.abs));
    const tolerance =
      library === 'transformers-torchvision' || facts.family === 'hf-dinov3'
        ? step
        : 3e-6 * Math.max(1, 255 * preprocessing.rescale);
    for (const [place, value] of samples)
      expect(Math.abs((pixels[place] ?? NaN) - value)).toBeLessThanOrEqual(tolerance);
    const total = pixels.reduce((all, value) => all + value, 0);
    expect(Math.abs(total - sum) / pixels.length).toBeLessThanOrEqual(tolerance / 3);
    if (library === 'family') expect(assumed.join(' ')).toContain('defaults for this family');
    else expect(assumed.filter((text) => !text.includes("timm's default"))).toEqual([]);
  });
});
