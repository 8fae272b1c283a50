import type { PatchMap } from './interpolate.js';

/** An end of a segment; ends with the same node lie at the same place. */
export interface SegmentEnd {
  readonly node: number;
  readonly x: number;
  readonly y: number;
}

/** A piece of a contour. */
export type Segment = readonly [SegmentEnd, SegmentEnd];

/** The edges between patches of which one reaches the level and the other does not, in patch sides. */
export function segmentsOfPatches({ rows, columns, values }: PatchMap, level: number): Segment[] {
  const isOn = (row: number, column: number): boolean => (values[row * columns + column] ?? 0) >= level;
  const corner = (x: number, y: number): SegmentEnd => ({ node: y * (columns + 1) + x, x, y });
  const segments: Segment[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const own = isOn(row, column);
      if (column + 1 < columns && own !== isOn(row, column + 1)) {
        segments.push([corner(column + 1, row), corner(column + 1, row + 1)]);
      }
      if (row + 1 < rows && own !== isOn(row + 1, column)) {
        segments.push([corner(column, row + 1), corner(column + 1, row + 1)]);
      }
    }
  }
  return segments;
}

/** Marching squares: where a field on a lattice, (ys, xs), crosses the level; saddles are told apart by the mean of their corners. */
export function segmentsBetween(field: Float32Array, xs: Float64Array, ys: Float64Array, level: number): Segment[] {
  const across = xs.length;
  const above = (x: number, y: number): number => (field[y * across + x] ?? 0) - level;
  const isOver = (at: number): boolean => (field[at] ?? 0) - level >= 0;
  // Every edge of the lattice has one node: the edge to the right of a point an even one, the edge below it an odd one.
  const onRow = (x: number, y: number): SegmentEnd => {
    const [a, b] = [above(x, y), above(x + 1, y)];
    const [left = 0, right = 0] = xs.subarray(x, x + 2);
    return { node: 2 * (y * across + x), x: left + ((right - left) * a) / (a - b), y: ys[y] ?? 0 };
  };
  const onColumn = (x: number, y: number): SegmentEnd => {
    const [a, b] = [above(x, y), above(x, y + 1)];
    const [top = 0, bottom = 0] = ys.subarray(y, y + 2);
    return { node: 2 * (y * across + x) + 1, x: xs[x] ?? 0, y: top + ((bottom - top) * a) / (a - b) };
  };
  const segments: Segment[] = [];
  for (let y = 0; y + 1 < ys.length; y++) {
    const upper = y * across;
    const lower = upper + across;
    for (let x = 0; x + 1 < across; x++) {
      // Most squares are on one side of the level: nothing is made for those.
      const over = isOver(upper + x);
      if (over === isOver(upper + x + 1) && over === isOver(lower + x) && over === isOver(lower + x + 1)) continue;
      const corners = [above(x, y), above(x + 1, y), above(x + 1, y + 1), above(x, y + 1)] as const;
      const sides = [onRow, onColumn, onRow, onColumn] as const;
      const crossed: SegmentEnd[] = [];
      for (const [side, end] of sides.entries()) {
        if (reaches(corners[side]) === reaches(corners[(side + 1) % 4])) continue;
        crossed.push(end(side === 1 ? x + 1 : x, side === 2 ? y + 1 : y));
      }
      const [a, b, c, d] = crossed;
      if (a === undefined || b === undefined) continue;
      if (c === undefined || d === undefined) segments.push([a, b]);
      else if (reaches(corners[0]) === reaches(corners[0] + corners[1] + corners[2] + corners[3])) {
        segments.push([a, b], [c, d]);
      } else segments.push([d, a], [b, c]);
    }
  }
  return segments;
}

function reaches(value: number | undefined): boolean {
  return value !== undefined && value >= 0;
}
