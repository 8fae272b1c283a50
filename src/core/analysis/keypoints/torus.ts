/** Rows and columns of patches. */
export type Grid = readonly [rows: number, columns: number];

/** The patch that comes to lie on `index` when all move around the torus of the grid; `shift` counts its places row by row, down and to the right. */
export function movedFrom(index: number, [rows, columns]: Grid, shift: number): number {
  const row = (Math.floor(index / columns) + rows - Math.floor(shift / columns)) % rows;
  const column = ((index % columns) + columns - (shift % columns)) % columns;
  return row * columns + column;
}

/** All shifts but none at all where there are at most `most`, else as many spread evenly over them. */
export function spreadShifts([rows, columns]: Grid, most: number): number[] {
  const all = rows * columns - 1;
  const count = Math.min(all, most);
  return Array.from({ length: count }, (_, n) => Math.round(((n + 1) * all) / count));
}

/** Quantile of sorted numbers, linear between them; NaN of none. */
export function quantile(sorted: ArrayLike<number>, part: number): number {
  const place = (sorted.length - 1) * part;
  const low = sorted[Math.floor(place)] ?? NaN;
  const high = sorted[Math.ceil(place)] ?? NaN;
  return low + (high - low) * (place - Math.floor(place));
}

const LOW = 0.05;
const HIGH = 0.95;

/** 5 and 95 % of some numbers; null of none. */
export function bandOf(values: readonly number[]): readonly [low: number, high: number] | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  return [quantile(sorted, LOW), quantile(sorted, HIGH)];
}
