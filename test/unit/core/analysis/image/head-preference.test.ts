import { describe, expect, test } from 'vitest';
import { headPreference, meanPreference } from '../../../../../src/core/analysis/image/head-preference.js';
import { patchAttention } from '../../../../../src/core/analysis/image/patch-attention.js';

/** Four patches without prefix: the first two ask the first, the last two each other. */
const ATTENTION = Float32Array.of(1, 0, 0, 0, 0.5, 0.5, 0, 0, 0, 0, 0.25, 0.75, 0, 0, 1, 0);
const AMONG = patchAttention(ATTENTION, 0, 4, 'without-prefix');

describe('headPreference', () => {
  test('of objects takes each one as the target in turn, weighted by its patches', () => {
    // objects 5 (two patches) and 9 (one), one patch of background
    const labels = Int32Array.of(5, 5, 9, 0);
    const found = headPreference(AMONG, { labels, meaning: 'objects' });
    expect(found.other).toBeNull();
    expect(found.target?.target).toBeCloseTo((2 * 1 + 1 * 0.25) / 3, 6);
    expect(found.target?.background).toBeCloseTo((2 * 0 + 1 * 0.75) / 3, 6);
    // even attention: object 5 has 2 of 4 keys, object 9 has 1
    expect(found.target?.ratio.target).toBeCloseTo((2 * 2 + 1 * 1) / 3, 6);
  });

  test('of roles tells the target and the others apart', () => {
    const labels = Int32Array.of(1, 1, 2, 0);
    const found = headPreference(AMONG, { labels, meaning: 'roles' });
    expect(found.target?.target).toBeCloseTo(1, 6);
    expect(found.other).toMatchObject({ other: 0.25, background: 0.75 });
  });
});

describe('meanPreference', () => {
  test('leaves out what a head does not have', () => {
    const labels = Int32Array.of(1, 1, 2, 0);
    const one = headPreference(AMONG, { labels, meaning: 'roles' });
    const none = { target: null, other: null };
    expect(meanPreference([one, none])).toEqual(one);
    expect(meanPreference([none])).toEqual(none);
  });
});
