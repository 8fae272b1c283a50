import { describe, expect, test } from 'vitest';
import { type Contour, halfPeakContours } from '../../../../../src/core/image/overlay/contours.js';
import type { PatchMap } from '../../../../../src/core/image/overlay/interpolate.js';

const SCALE = { low: 0, high: 1 };

/** A round hill about a place, in patch sides. */
function hill(rows: number, columns: number, x: number, y: number, width: number, height = 1): PatchMap {
  const values = Float64Array.from({ length: rows * columns }, (_, at) => {
    const square = ((at % columns) + 0.5 - x) ** 2 + (Math.floor(at / columns) + 0.5 - y) ** 2;
    return height * Math.exp(-square / (2 * width ** 2));
  });
  return { rows, columns, values };
}

function points(contour: Contour): [number, number][] {
  return Array.from({ length: contour.length / 2 }, (_, i) => [contour[2 * i] ?? NaN, contour[2 * i + 1] ?? NaN]);
}

describe('halfPeakContours', () => {
  test('of a round hill is one closed circle where the hill is half as high', () => {
    const [contour, ...others] = halfPeakContours(hill(12, 16, 7.5, 5.5, 2), 1, SCALE, 'smooth');
    expect(others).toEqual([]);
    const all = points(contour ?? new Float32Array());
    expect(all.length).toBeGreaterThan(50);
    expect(all.at(0)).toEqual(all.at(-1));
    const radius = 2 * Math.sqrt(2 * Math.LN2);
    for (const [x, y] of all) expect(Math.abs(Math.hypot(x - 7.5, y - 5.5) - radius)).toBeLessThan(0.05);
  });

  test('of flat patches runs along their edges around those that reach half the peak', () => {
    const map = { rows: 3, columns: 3, values: Float64Array.of(0, 0, 0, 0, 1, 0.6, 0, 0.2, 0) };
    const [contour, ...others] = halfPeakContours(map, 1, SCALE, 'patches');
    expect(others).toEqual([]);
    const all = points(contour ?? new Float32Array());
    // around two patches, open at the edge of the picture
    expect(all).toHaveLength(6);
    expect([all.at(0), all.at(-1)].sort()).toEqual([
      [3, 1],
      [3, 2],
    ]);
  });

  test('two hills have a contour each; that of the negative end is of the other one', () => {
    const one = hill(10, 20, 4.5, 4.5, 1.5);
    const two = hill(10, 20, 15.5, 4.5, 1.5);
    const both = { ...one, values: one.values.map((value, at) => value + (two.values[at] ?? 0)) };
    expect(halfPeakContours(both, 1, SCALE, 'smooth')).toHaveLength(2);
    const against = { ...one, values: one.values.map((value, at) => value - (two.values[at] ?? 0)) };
    const [contour, ...others] = halfPeakContours(against, -1, SCALE, 'smooth');
    expect(others).toEqual([]);
    expect(points(contour ?? new Float32Array()).every(([x]) => x > 10)).toBe(true);
  });

  test('there is none where the peak is low on the scale, or where the scale has no extent', () => {
    expect(halfPeakContours(hill(10, 10, 5, 5, 2, 0.11), 1, SCALE, 'smooth')).toEqual([]);
    expect(halfPeakContours(hill(10, 10, 5, 5, 2, 0.13), 1, SCALE, 'smooth')).toHaveLength(1);
    const flat = { rows: 6, columns: 6, values: new Float64Array(36) };
    expect(halfPeakContours(flat, 1, { low: 0, high: 0 }, 'smooth')).toEqual([]);
  });

  test('a patch that only just reaches half the peak has no loop of its own, unless patches are flat', () => {
    const values = new Float64Array(12 * 6);
    values[26] = 1;
    values[33] = 0.53;
    const map = { rows: 6, columns: 12, values };
    expect(halfPeakContours(map, 1, SCALE, 'smooth')).toHaveLength(1);
    expect(halfPeakContours(map, 1, SCALE, 'patches')).toHaveLength(2);
  });
});
