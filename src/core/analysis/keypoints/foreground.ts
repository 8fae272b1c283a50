import type { Grid } from './torus.js';

/** More steps turn the direction no further where it is a direction at all. */
const MOST_STEPS = 200;

/** Differences between tokens below this part of their largest number are rounding. */
const ROUNDING = 1e-6;

/** Change of the direction at which it is taken as found. */
const SETTLED = 1e-9;

/**
 * A stand-in for an object mask where nobody has drawn one: the patches on one side of the mean along the first principal component of their final
 * tokens, as DINOv2 (arXiv 2304.07193) shows its foregrounds; the side that has fewer patches at the border of the picture.
 * It finds what the model itself sets apart, which need not be the object.
 * @param tokens final tokens of the patches, (patches, width).
 * @returns 1 for patches of the object; null where the tokens are all alike.
 */
export function foreground(tokens: Float32Array, grid: Grid): Uint8Array | null {
  const patches = grid[0] * grid[1];
  const width = tokens.length / patches;
  const centred = Float64Array.from(tokens);
  for (let d = 0; d < width; d++) {
    let mean = 0;
    for (let at = d; at < centred.length; at += width) mean += (centred[at] ?? 0) / patches;
    for (let at = d; at < centred.length; at += width) centred[at] = (centred[at] ?? 0) - mean;
  }

  if (!(largest(centred) > ROUNDING * largest(tokens))) return null;
  const along = firstComponent(centred, width);
  const atBorder = along.filter((_, patch) => isBorder(patch, grid));
  const above = atBorder.filter((value) => value > 0).length;
  const sign = 2 * above > atBorder.length ? -1 : 1;
  return Uint8Array.from(along, (value) => Number(sign * value > 0));
}

function largest(values: Float32Array | Float64Array): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}

function isBorder(patch: number, [rows, columns]: Grid): boolean {
  const row = Math.floor(patch / columns);
  const column = patch % columns;
  return row === 0 || column === 0 || row === rows - 1 || column === columns - 1;
}

/** Projections of rows, which are not all the mean, on their first principal component, by power iteration. */
function firstComponent(rows: Float64Array, width: number): Float64Array {
  const count = rows.length / width;
  let along: Float64Array = new Float64Array(count);
  let direction: Float64Array = startOf(rows, width);
  for (let step = 0; step < MOST_STEPS; step++) {
    along = projections(rows, direction);
    const next = new Float64Array(width);
    for (let at = 0; at < rows.length; at++) {
      const d = at % width;
      next[d] = (next[d] ?? 0) + (along[(at - d) / width] ?? 0) * (rows[at] ?? 0);
    }
    const length = Math.hypot(...next);
    let change = 0;
    for (let d = 0; d < width; d++) {
      next[d] = (next[d] ?? 0) / length;
      change += ((next[d] ?? 0) - (direction[d] ?? 0)) ** 2;
    }
    direction = next;
    if (change < SETTLED ** 2) break;
  }
  return along;
}

/** The longest row, which has some of the first component wherever there is one. */
function startOf(rows: Float64Array, width: number): Float64Array {
  let longest = rows.subarray(0, width);
  let most = 0;
  for (let at = 0; at < rows.length; at += width) {
    const row = rows.subarray(at, at + width);
    const square = row.reduce((sum, value) => sum + value * value, 0);
    if (square > most) [most, longest] = [square, row];
  }
  return longest.slice();
}

function projections(rows: Float64Array, direction: Float64Array): Float64Array {
  const width = direction.length;
  return Float64Array.from({ length: rows.length / width }, (_, row) => {
    let sum = 0;
    for (let d = 0; d < width; d++) sum += (rows[row * width + d] ?? 0) * (direction[d] ?? 0);
    return sum;
  });
}
