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

/** Corners of a square of the lattice. */
const CORNERS = 4;

/** Marching squares: where a field on a lattice, (ys, xs), crosses the level; saddles are told apart by the mean of their corners. */
export function segmentsBetween(field: Float32Array, xs: Float64Array, ys: Float64Array, level: number): Segment[] {
  const across = xs.length;
  const above = (x: number, y: number): number => (field[y * across + x] ?? 0) - level;
  const over = new Uint8Array(field.length);
  for (let at = 0; at < field.length; at++) over[at] = (field[at] ?? 0) - level >= 0 ? 1 : 0;
  // Every edge of the lattice has one node: the edge to the right of a point an even one, the edge below it an odd one.
  const onRow = (x: number, y: number): SegmentEnd => {
    const a = above(x, y);
    const b = above(x + 1, y);
    const left = xs[x] ?? 0;
    return { node: 2 * (y * across + x), x: left + (((xs[x + 1] ?? 0) - left) * a) / (a - b), y: ys[y] ?? 0 };
  };
  const onColumn = (x: number, y: number): SegmentEnd => {
    const a = above(x, y);
    const b = above(x, y + 1);
    const top = ys[y] ?? 0;
    return { node: 2 * (y * across + x) + 1, x: xs[x] ?? 0, y: top + (((ys[y + 1] ?? 0) - top) * a) / (a - b) };
  };
  const segments: Segment[] = [];
  for (let y = 0; y + 1 < ys.length; y++) {
    const upper = y * across;
    const lower = upper + across;
    for (let x = 0; x + 1 < across; x++) {
      const right = x + 1;
      const topLeft = over[upper + x] ?? 0;
      const topRight = over[upper + right] ?? 0;
      const bottomRight = over[lower + right] ?? 0;
      const bottomLeft = over[lower + x] ?? 0;
      // Most squares are on one side of the level: nothing is made for those.
      const high = topLeft + topRight + bottomRight + bottomLeft;
      if (high === 0 || high === CORNERS) continue;
      const crossed: SegmentEnd[] = [];
      if (topLeft !== topRight) crossed.push(onRow(x, y));
      if (topRight !== bottomRight) crossed.push(onColumn(right, y));
      if (bottomRight !== bottomLeft) crossed.push(onRow(x, y + 1));
      if (bottomLeft !== topLeft) crossed.push(onColumn(x, y));
      const [a, b, c, d] = crossed;
      if (a === undefined || b === undefined) continue;
      if (c === undefined || d === undefined) segments.push([a, b]);
      else {
        const mean = above(x, y) + above(right, y) + above(right, y + 1) + above(x, y + 1);
        if ((topLeft === 1) === mean >= 0) segments.push([a, b], [c, d]);
        else segments.push([d, a], [b, c]);
      }
    }
  }
  return segments;
}
