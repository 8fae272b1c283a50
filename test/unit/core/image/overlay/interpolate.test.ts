import { describe, expect, test } from 'vitest';
import { interpolate, type PatchMap, valuesAt } from '../../../../../src/core/image/overlay/interpolate.js';

const MAP: PatchMap = { rows: 2, columns: 3, values: Float64Array.of(1, -2, 4, 0.5, 3, -1) };

describe('interpolate', () => {
  test('the smooth map passes through the value of every patch at its centre', () => {
    const found = valuesAt(MAP, Float64Array.of(0.5, 1.5, 2.5), Float64Array.of(0.5, 1.5), 'smooth');
    expect([...found]).toEqual([1, -2, 4, 0.5, 3, -1]);
  });

  test('halfway between two inner patches it is the Catmull-Rom mean of four', () => {
    const row: PatchMap = { rows: 1, columns: 4, values: Float32Array.of(1, 2, 5, 3) };
    const [found] = valuesAt(row, Float64Array.of(2), Float64Array.of(0.5), 'smooth');
    // (-1, 9, 9, -1) / 16
    expect(found).toBeCloseTo((-1 + 18 + 45 - 3) / 16, 6);
  });

  test('a map that is the same everywhere stays so to the edges', () => {
    const found = interpolate({ rows: 3, columns: 2, values: new Float32Array(6).fill(0.7) }, 17, 11, 'smooth');
    expect(Math.max(...found.map((value) => Math.abs(value - 0.7)))).toBeLessThan(1e-6);
  });

  test('flat patches repeat their value', () => {
    const found = interpolate(MAP, 6, 2, 'patches');
    expect([...found]).toEqual([1, 1, -2, -2, 4, 4, 0.5, 0.5, 3, 3, -1, -1]);
  });
});
