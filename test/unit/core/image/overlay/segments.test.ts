import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { segmentsBetween, type SegmentEnd } from '../../../../../src/core/image/overlay/segments.js';

const SIDE = Float64Array.of(0, 1);

/** The segments of one square, as pairs of [x, y]. */
function square(corners: readonly number[], level: number): number[][][] {
  return segmentsBetween(Float32Array.from(corners), SIDE, SIDE, level).map((ends) => ends.map(({ x, y }) => [x, y]));
}

describe('segmentsBetween', () => {
  test('cuts off the one corner that is over the level, in proportion', () => {
    expect(square([1, 0, 0, 0], 0.25)).toEqual([
      [
        [0.75, 0],
        [0, 0.75],
      ],
    ]);
  });

  test('a saddle whose middle is over the level parts its low corners, another one its high corners', () => {
    // high at the top left and the bottom right
    const [first, second, ...others] = square([1, 0, 0, 1], 0.25);
    expect(others).toEqual([]);
    expect(first).toEqual([
      [0.75, 0],
      [1, 0.25],
    ]);
    expect(second).toEqual([
      [0.25, 1],
      [0, 0.75],
    ]);
    expect(square([1, 0, 0, 1], 0.75)).toEqual([
      [
        [0, 0.25],
        [0.25, 0],
      ],
      [
        [1, 0.75],
        [0.75, 1],
      ],
    ]);
  });

  test('a square that is over or under the level as a whole has none', () => {
    expect(square([1, 1, 1, 1], 0.5)).toEqual([]);
    expect(square([0, 0, 0, 0], 0.5)).toEqual([]);
  });

  test('gives in each square what marching squares say of its corners', () => {
    const value = fc.oneof(fc.constantFrom(0, 0.5, 1, NaN), fc.float({ min: 0, max: 1, noNaN: true }));
    const lattice = fc.record({
      across: fc.integer({ min: 1, max: 7 }),
      down: fc.integer({ min: 1, max: 7 }),
      values: fc.array(value, { minLength: 49, maxLength: 49 }),
    });
    fc.assert(
      fc.property(lattice, ({ across, down, values }) => {
        const field = Float32Array.from(values.slice(0, across * down));
        const at = (count: number): Float64Array => Float64Array.from({ length: count }, (_, i) => i / 2);
        expect(segmentsBetween(field, at(across), at(down), 0.5)).toEqual(squareBySquare(field, across, down, 0.5));
      }),
      { numRuns: 1_000 },
    );
  });
});

/** The same without any haste: all four sides of every square of a lattice with half a unit between its points. */
function squareBySquare(field: Float32Array, across: number, down: number, level: number): SegmentEnd[][] {
  const over = (x: number, y: number): boolean => at(x, y) >= 0;
  const at = (x: number, y: number): number => (field[y * across + x] ?? 0) - level;
  const between = (x: number, y: number, isRow: boolean): SegmentEnd => {
    const share = at(x, y) / (at(x, y) - (isRow ? at(x + 1, y) : at(x, y + 1)));
    const [ownX, ownY] = isRow ? [x / 2 + share / 2, y / 2] : [x / 2, y / 2 + share / 2];
    return { node: 2 * (y * across + x) + (isRow ? 0 : 1), x: ownX, y: ownY };
  };
  const found: SegmentEnd[][] = [];
  for (let y = 0; y + 1 < down; y++) {
    for (let x = 0; x + 1 < across; x++) {
      const ends: SegmentEnd[] = [];
      if (over(x, y) !== over(x + 1, y)) ends.push(between(x, y, true));
      if (over(x + 1, y) !== over(x + 1, y + 1)) ends.push(between(x + 1, y, false));
      if (over(x, y + 1) !== over(x + 1, y + 1)) ends.push(between(x, y + 1, true));
      if (over(x, y) !== over(x, y + 1)) ends.push(between(x, y, false));
      const [a, b, c, d] = ends;
      if (a === undefined || b === undefined) continue;
      if (c === undefined || d === undefined) found.push([a, b]);
      else {
        const isMiddleOver = at(x, y) + at(x + 1, y) + at(x + 1, y + 1) + at(x, y + 1) >= 0;
        found.push(
          ...(over(x, y) === isMiddleOver
            ? [
                [a, b],
                [c, d],
              ]
            : [
                [d, a],
                [b, c],
              ]),
        );
      }
    }
  }
  return found;
}
