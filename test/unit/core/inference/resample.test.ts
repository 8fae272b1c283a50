import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type GridResampling, resampleGrid } from '../../../../src/core/inference/resample.js';
import { FIXTURES } from '../../support/fixtures.js';
import { largestDifference } from './support/differences.js';
import { readNpz } from './support/npz.js';

const arrays = readNpz(path.join(FIXTURES, 'forward/resampled.npz'));
const grid = Float64Array.from(arrays.get('grid')?.values ?? []);

function expected(name: string): Float32Array {
  const found = arrays.get(name)?.values;
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
}

describe('grids of vectors at another size', () => {
  const ways: GridResampling[] = ['bicubic', 'bicubic-antialias', 'bilinear'];
  const sizes = [
    [7, 9],
    [3, 2],
    [5, 4],
    [11, 3],
  ] as const;
  it.each(ways.flatMap((way) => sizes.map((size) => ({ way, size }))))(
    'are as PyTorch makes them: $way to $size',
    ({ way, size }) => {
      const found = resampleGrid(grid, 3, [5, 4], size, way);
      expect(largestDifference(found, expected(`${way} ${size[0]} ${size[1]}`))).toBeLessThan(2e-6);
    },
  );

  it('are as DINOv2 makes them with an offset', () => {
    const found = resampleGrid(grid, 3, [5, 4], [7, 9], 'bicubic', 0.1);
    expect(largestDifference(found, expected('offset 7 9'))).toBeLessThan(2e-6);
    expect(largestDifference(found, expected('bicubic 7 9'))).toBeGreaterThan(1e-3);
  });

  it('stay what they are at their own size', () => {
    expect(largestDifference(resampleGrid(grid, 3, [5, 4], [5, 4], 'bicubic'), grid)).toBeLessThan(1e-7);
  });
});
