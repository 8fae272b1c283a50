import type { Keypoint, Keypoints } from '../../image/sift/keypoints.js';
import { toList } from '../../image/sift/keypoints.js';
import { erf } from './erf.js';
import { type Grid, quantile } from './torus.js';

/** What a patch is measured by: keypoints, their summed response, or that spread over their size. */
export const CONCENTRATIONS = ['scale', 'count', 'response'] as const;
export type ConcentrationKind = (typeof CONCENTRATIONS)[number];

/** What the patches of a picture hold. */
export interface Concentration {
  readonly kind: ConcentrationKind;
  readonly grid: Grid;
  /** c >= 0 of each patch, row by row. */
  readonly values: Float64Array;
  /** Places with a keypoint; those that differ in angle only are one. */
  readonly places: number;
}

/**
 * Concentration of keypoints in each patch (definitions.md, "Keypoints and attention"): `count` of places, sum of `response`, or `scale`: each
 * response spread as a Gaussian of deviation size / 2 and integrated over the patches. A place beyond the grid counts for the nearest patch.
 * @param keypoints of the picture that the model sees.
 * @param patch side of a patch in pixels.
 */
export function concentration(keypoints: Keypoints, grid: Grid, patch: number, kind: ConcentrationKind): Concentration {
  const [rows, columns] = grid;
  const values = new Float64Array(rows * columns);
  const places = placesOf(keypoints);
  for (const place of places) {
    const home = patchOf(place, grid, patch);
    if (kind === 'scale') spread(values, place, grid, patch, home);
    else values[home] = (values[home] ?? 0) + (kind === 'count' ? 1 : place.response);
  }
  return { kind, grid, values, places: places.length };
}

/** Keypoints without those that differ from another in angle only. */
function placesOf(keypoints: Keypoints): Keypoint[] {
  const places = new Map<string, Keypoint>();
  for (const keypoint of toList(keypoints)) places.set(`${keypoint.x} ${keypoint.y} ${keypoint.size}`, keypoint);
  return [...places.values()];
}

/** The patch that a keypoint lies in. */
function patchOf({ x, y }: Pick<Keypoint, 'x' | 'y'>, [rows, columns]: Grid, patch: number): number {
  const row = Math.min(Math.max(Math.floor(y / patch), 0), rows - 1);
  const column = Math.min(Math.max(Math.floor(x / patch), 0), columns - 1);
  return row * columns + column;
}

function spread(
  values: Float64Array,
  { x, y, size, response }: Keypoint,
  [rows, columns]: Grid,
  patch: number,
  home: number,
): void {
  const across = integrals(x, size, columns, patch);
  const down = integrals(y, size, rows, patch);
  const whole = sum(across) * sum(down);
  if (!(whole > 0)) {
    values[home] = (values[home] ?? 0) + response;
    return;
  }
  for (let row = 0; row < rows; row++) {
    const share = (response * (down[row] ?? 0)) / whole;
    for (let column = 0; column < columns; column++) {
      const at = row * columns + column;
      values[at] = (values[at] ?? 0) + share * (across[column] ?? 0);
    }
  }
}

/** Integrals of a Gaussian of deviation size / 2 around `middle` over patches side by side. */
function integrals(middle: number, size: number, count: number, patch: number): Float64Array {
  const unit = (size / 2) * Math.SQRT2;
  const out = new Float64Array(count);
  let before = erf((0 - middle) / unit);
  for (let place = 0; place < count; place++) {
    const after = erf(((place + 1) * patch - middle) / unit);
    out[place] = (after - before) / 2;
    before = after;
  }
  return out;
}

function sum(values: Float64Array): number {
  return values.reduce((all, value) => all + value, 0);
}

/** Names of the groups, by their number. */
export const GROUPS = ['none', 'low', 'middle', 'high'] as const;

/** Patches with less than this share of the mean hold nothing. */
const NOTHING = 1 / 20;

/** Group of each patch: none where c <= mean / 20, the rest in thirds by their quantiles; of equal values all are in the lower group. */
export function groups(values: Float64Array): Uint8Array {
  const limit = (NOTHING * sum(values)) / values.length;
  const filled = values.filter((value) => value > limit).sort();
  const low = quantile(filled, 1 / 3);
  const high = quantile(filled, 2 / 3);
  return Uint8Array.from(values, (value) => (value > limit ? 1 + Number(value > low) + Number(value > high) : 0));
}
