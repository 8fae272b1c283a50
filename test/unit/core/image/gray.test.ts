import { describe, expect, it } from 'vitest';
import { grayOf } from '../../../../src/core/image/gray.js';
import { grayPicture, rgbPicture } from './sift/goldens.js';

describe('grayOf', () => {
  it.each(['chelsea.224', 'o3_mixed.224'])('gives OpenCV’s gray in every pixel of a photograph: %s', async (name) => {
    expect(grayOf(await rgbPicture(`${name}.rgb`))).toEqual(await grayPicture(name));
  });

  it('leaves grays as they are and weighs the colours', () => {
    const grays = Uint8Array.from({ length: 3 * 256 }, (_, i) => Math.floor(i / 3));
    const { data } = grayOf({ pixels: grays, width: 256, height: 1 });
    expect(Array.from(data)).toEqual(Array.from({ length: 256 }, (_, value) => value));
    const colours = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255);
    expect(Array.from(grayOf({ pixels: colours, width: 3, height: 1 }).data)).toEqual([76, 150, 29]);
  });
});
