import { expect, it } from 'vitest';
import { regionEdges } from '../../../../../src/core/image/overlay/region-edges.js';

const sorted = (edges: readonly (readonly number[])[]): string[] => edges.map((edge) => edge.join(' ')).sort();

it('a patch in the corner has four edges, two of them at the border', () => {
  expect(sorted(regionEdges([0], [2, 3]))).toEqual(
    sorted([
      [0, 0, 1, 0],
      [0, 1, 1, 1],
      [0, 0, 0, 1],
      [1, 0, 1, 1],
    ]),
  );
});

it('what patches share is no edge, and a hole has edges of its own', () => {
  expect(regionEdges([3, 4], [2, 3])).toHaveLength(6);
  const ring = [0, 1, 2, 3, 5, 6, 7, 8];
  expect(regionEdges(ring, [3, 3])).toHaveLength(12 + 4);
  expect(regionEdges([], [3, 3])).toEqual([]);
});
