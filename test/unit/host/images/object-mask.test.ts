import { describe, expect, test } from 'vitest';
import { objectMask } from '../../../../src/host/images/object-mask.js';

/** A picture of one row. */
const row = (...pixels: readonly (readonly [number, number, number])[]) => ({
  width: pixels.length,
  height: 1,
  pixels: Uint8Array.from(pixels.flat()),
});
const grey = (...values: readonly number[]) => row(...values.map((value) => [value, value, value] as const));

describe('objectMask', () => {
  test.each([
    ['roles as they are', grey(0, 1, 2), [0, 1, 2], true],
    ['black and white as one object', grey(0, 255), [0, 1], true],
    ['numbers as objects, and white among them as no label', grey(0, 7, 150, 255), [0, 7, 150, -1], false],
    ['colours as objects, and black as the background', row([0, 0, 0], [128, 0, 0]), [0, 0x80_0000], false],
  ])('takes %s', (_, picture, labels, mayBeRoles) => {
    const found = objectMask(picture, 'mask.png');
    expect([...found.map.labels]).toEqual(labels);
    expect(found.mayBeRoles).toBe(mayBeRoles);
  });

  test('refuses a photo', () => {
    const pixels = Array.from({ length: 5_000 }, (_, n) => [n >> 8, n & 0xff, 1] as const);
    expect(() => objectMask(row(...pixels), 'photo.png')).toThrow(/more than 4096 colours/u);
  });
});
