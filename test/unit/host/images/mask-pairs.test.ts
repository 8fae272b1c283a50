import { describe, expect, test } from 'vitest';
import { pairMasks, pairNames } from '../../../../src/host/images/mask-pairs.js';

describe('pairNames', () => {
  test.each([
    ['a mask beside its picture', ['a.jpg', 'a_mask.png'], { image: 'a.jpg', mask: 'a_mask.png' }],
    ['a folder of masks in that of the pictures', ['a.jpg', 'masks/a.png'], { image: 'a.jpg', mask: 'masks/a.png' }],
    [
      'folders side by side, with further ones in them',
      ['annotations/training/a.png', 'images/training/a.jpg'],
      { image: 'images/training/a.jpg', mask: 'annotations/training/a.png' },
    ],
    [
      'an end of the name in a folder of masks',
      ['JPEGImages/a.jpg', 'Masks/a_mask.png'],
      { image: 'JPEGImages/a.jpg', mask: 'Masks/a_mask.png' },
    ],
  ])('finds %s', (_, files, pair) => {
    expect(pairNames(files)).toEqual({ pairs: [pair], imagesWithoutMask: [], masksWithoutImage: [], ambiguous: [] });
  });

  test('tells what has no other half, and what has several', () => {
    const files = ['a.png', 'b.png', 'b.jpg', 'b_mask.png', 'c_mask.png', 'training/d.png', 'masks/validation/d.png'];
    expect(pairNames(files)).toEqual({
      pairs: [],
      imagesWithoutMask: ['a.png', 'training/d.png'],
      masksWithoutImage: ['c_mask.png', 'masks/validation/d.png'],
      ambiguous: ['b.png', 'b.jpg', 'b_mask.png'],
    });
  });
});

describe('pairMasks', () => {
  test('says what is wrong with a folder that is not there', async () => {
    await expect(pairMasks('no/such/folder')).rejects.toMatchObject({ file: 'folder' });
  });
});
