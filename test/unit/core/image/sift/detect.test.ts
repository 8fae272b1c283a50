import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GrayPicture } from '../../../../../src/core/image/gray.js';
import { detectKeypoints } from '../../../../../src/core/image/sift/detect.js';
import type { Keypoint } from '../../../../../src/core/image/sift/keypoints.js';
import { SIFT_DEFAULTS, type SiftParameters } from '../../../../../src/core/image/sift/parameters.js';
import { MAX_WORKING_BYTES, workingBytes } from '../../../../../src/core/image/sift/workspace.js';
import { randomNumbers } from '../../../support/random.js';
import { detected, goldenOf, goldenParameters, goldenPictures, grayPicture, shareFound } from './goldens.js';

const PHOTOGRAPHS = [
  ...['astronaut', 'brick', 'camera', 'chelsea', 'coffee', 'hubble', 'rocket'].map((name) => `${name}.224`),
  ...['o3_colour', 'o3_mixed', 'o3_orientation', 'o3_shape', 'o3_size'].map((name) => `${name}.224`),
  ...['brick', 'chelsea', 'coffee', 'hubble', 'o3_colour', 'o3_size'].map((name) => `${name}.native`),
];

function drawn(width: number, height: number, value: (x: number, y: number) => number): GrayPicture {
  const data = Uint8Array.from({ length: width * height }, (_, i) => value(i % width, Math.floor(i / width)));
  return { data, width, height };
}

function noise(width: number, height: number, seed = 1): GrayPicture {
  const next = randomNumbers(seed);
  return drawn(width, height, () => 256 * next());
}

function at({ data, width }: GrayPicture, x: number, y: number): number {
  return data[y * width + x] ?? 0;
}

/** A picture on an even ground of 384 x 384. */
function placed(picture: GrayPicture, left: number, top: number): GrayPicture {
  return drawn(384, 384, (x, y) => {
    const isInside = x >= left && x < left + picture.width && y >= top && y < top + picture.height;
    return isInside ? at(picture, x - left, y - top) : 128;
  });
}

function expectSame(ours: readonly Keypoint[], theirs: readonly Keypoint[]): void {
  expect(shareFound(theirs, ours)).toBeGreaterThanOrEqual(0.99);
  expect(shareFound(ours, theirs)).toBeGreaterThanOrEqual(0.99);
}

describe('detectKeypoints', () => {
  it.each(PHOTOGRAPHS)('finds what OpenCV finds, and no more: %s', async (name) => {
    expectSame(detected(await grayPicture(name)), goldenOf(name));
  });

  it.each(Object.entries(goldenPictures()))('finds what OpenCV finds in a drawn picture: %s', async (name, theirs) => {
    expectSame(detected(await grayPicture(name)), theirs);
  });

  it.each(goldenParameters())('honours its parameters: $parameters', async ({ parameters, keypoints }) => {
    expectSame(detected(await grayPicture('chelsea.224'), parameters), keypoints);
  });

  it('gives the keypoints in OpenCV’s order', async () => {
    const ours = detected(await grayPicture('hubble.224'));
    const theirs = goldenOf('hubble.224');
    expect(ours).toHaveLength(theirs.length);
    ours.forEach((keypoint, i) => expect(shareFound([keypoint], theirs.slice(i, i + 1))).toBe(1));
  });

  it('gives the strongest first when it is to give only some', async () => {
    const gray = await grayPicture('chelsea.224');
    const responses = detected(gray, { ...SIFT_DEFAULTS, nfeatures: 50 }).map(({ response }) => response);
    expect(responses).toEqual([...responses].sort((a, b) => b - a));
    expect(Math.max(...detected(gray).map(({ response }) => response))).toBe(responses[0]);
  });

  it.each([
    ['blank', drawn(100, 120, () => 128)],
    ['gradient', drawn(200, 150, (x) => (255 * x) / 199)],
    ['stripes', drawn(200, 150, (x) => 127 + 120 * Math.sin(x / 5))],
    ['noise of 8 x 8', noise(8, 8)],
    ['noise of 1 x 50', noise(1, 50)],
    ['noise of 300 x 1', noise(300, 1)],
    ['noise of 2 x 300', noise(2, 300)],
    ['noise of 5 x 5', noise(5, 5)],
    ['one pixel', noise(1, 1)],
    ['no pixel', noise(0, 0)],
  ])('finds nothing where there is nothing to find: %s', (_, gray) => {
    expect(detectKeypoints(gray).count).toBe(0);
  });

  it('moves with the picture', async () => {
    const picture = await grayPicture('o3_mixed.224');
    // Whole pixels of the sixth octave, so that all pictures of all octaves move by whole pixels.
    const before = detected(placed(picture, 64, 64));
    const after = detected(placed(picture, 96, 80));
    expect(before.length).toBeGreaterThan(80);
    const inside = before.filter(({ size }) => size < 20);
    const moved = inside.map((keypoint) => ({ ...keypoint, x: keypoint.x + 32, y: keypoint.y + 16 }));
    expect(shareFound(moved, after, { place: 1e-4, size: 0, response: 0, offset: 0, angle: 0 })).toBe(1);
  });

  it('turns over with the picture', async () => {
    const picture = await grayPicture('chelsea.224');
    const turned = drawn(picture.height, picture.width, (x, y) => at(picture, y, x));
    const expected = detected(picture).map((keypoint) => {
      const { x, y, angle } = keypoint;
      return { ...keypoint, x: y, y: x, angle: (450 - angle) % 360 };
    });
    expectSame(detected(turned), expected);
  });

  it('finds light and dark alike, with opposite orientation', async () => {
    const picture = await grayPicture('coffee.224');
    const negative = { ...picture, data: picture.data.map((value) => 255 - value) };
    const expected = detected(picture).map((keypoint) => ({ ...keypoint, angle: (keypoint.angle + 180) % 360 }));
    expectSame(detected(negative), expected);
  });

  it('finds a spot where it is and as large as it is', () => {
    const [deviation, x0, y0] = [5, 60, 40];
    const spot = drawn(120, 90, (x, y) => 30 + 200 * Math.exp(-((x - x0) ** 2 + (y - y0) ** 2) / (2 * deviation ** 2)));
    const found = detected(spot);
    expect(found.length).toBeGreaterThan(0);
    for (const { x, y, size } of found) {
      // A quarter of a pixel too far, as in OpenCV.
      expect(Math.abs(x - x0 - 0.25)).toBeLessThan(0.05);
      expect(Math.abs(y - y0 - 0.25)).toBeLessThan(0.05);
      expect(Math.abs(size / 2 - deviation)).toBeLessThan(0.6);
    }
  });
});

describe('detectKeypoints, for any picture', () => {
  const parameters = fc.record({
    nfeatures: fc.integer({ min: 0, max: 30 }),
    nOctaveLayers: fc.integer({ min: 1, max: 5 }),
    contrastThreshold: fc.double({ min: 0, max: 0.1, noNaN: true }),
    edgeThreshold: fc.double({ min: 0.5, max: 40, noNaN: true }),
    sigma: fc.double({ min: 0.2, max: 6, noNaN: true }),
  });
  const side = fc.integer({ min: 1, max: 70 });

  it('gives sound keypoints inside it, each once, and the same again', () => {
    fc.assert(
      fc.property(side, side, fc.nat(), parameters, (width, height, seed, chosen: SiftParameters) => {
        const gray = noise(width, height, seed);
        const found = detected(gray, chosen);
        for (const { x, y, size, angle, response, octave } of found) {
          expect(x > 0 && x < width && y > 0 && y < height).toBe(true);
          expect(size > 0 && angle >= 0 && angle < 360 && response >= 0).toBe(true);
          expect((octave >> 8) & 255).toBeLessThanOrEqual(chosen.nOctaveLayers);
        }
        expect(new Set(found.map((keypoint) => JSON.stringify(keypoint))).size).toBe(found.length);
        expect(detected(gray, chosen)).toEqual(found);
      }),
      { numRuns: 60 },
    );
  });
});

describe('detectKeypoints, as a long call', () => {
  it('tells how far it is and ends when it is told to', () => {
    const shares: number[] = [];
    detectKeypoints(noise(400, 300), SIFT_DEFAULTS, (share) => shares.push(share));
    expect(shares.length).toBeGreaterThan(10);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBeGreaterThan(0.95);
    const stop = () => {
      throw new Error('stopped');
    };
    expect(() => detectKeypoints(noise(400, 300), SIFT_DEFAULTS, stop)).toThrow('stopped');
    expect(detectKeypoints(noise(200, 150)).count).toBeGreaterThan(50);
  });

  it('refuses what it cannot do, before it allocates', () => {
    const gray = noise(30, 30);
    for (const wrong of [
      { nfeatures: -1 },
      { nfeatures: 1.5 },
      { nOctaveLayers: 0 },
      { nOctaveLayers: 1000 },
      { contrastThreshold: NaN },
      { edgeThreshold: 0 },
      { sigma: 0 },
      { sigma: Infinity },
    ]) {
      const [name = ''] = Object.keys(wrong);
      expect(() => detectKeypoints(gray, { ...SIFT_DEFAULTS, ...wrong })).toThrow(new RegExp(`^${name} is a`));
    }
    expect(() => detectKeypoints({ ...gray, width: 31 })).toThrow(/31 x 30 pixels .* not 900/);
    expect(workingBytes(6_000, 7_000, SIFT_DEFAULTS)).toBeLessThan(MAX_WORKING_BYTES);
    expect(workingBytes(7_000, 7_000, SIFT_DEFAULTS)).toBeGreaterThan(MAX_WORKING_BYTES);
    const huge = { data: new Uint8Array(49_000_000), width: 7_000, height: 7_000 };
    expect(() => detectKeypoints(huge)).toThrow(/bytes are more than the detector can have/);
  });
});
