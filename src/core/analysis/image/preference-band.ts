import { bandOf, type Grid, movedFrom, spreadShifts } from '../keypoints/torus.js';
import type { PatchAttention } from './patch-attention.js';
import { preference } from './preference.js';

/** What the same shape of labels gives elsewhere on the picture. */
export interface PreferenceBand {
  /** By the label that is attended to: 5 and 95 % of its ratio over the shifts; nothing for a label without keys. */
  readonly ratios: ReadonlyMap<number, readonly [low: number, high: number]>;
  /** Number of shifts that were tried. */
  readonly shifts: number;
}

/** More shifts make the band no steadier, but take as long again: a 37 x 37 grid has 1368. */
const MAX_SHIFTS = 255;

/**
 * Band of the ratios of one label under shifts of all labels around the torus of the grid, which keep shapes and distances but not places.
 * All shifts but none at all where there are at most 255, else as many spread evenly over them. Null where no patch has the label.
 * @param grid [rows, columns] of patches.
 */
export function preferenceBand(
  attention: PatchAttention,
  labels: Int32Array,
  grid: Grid,
  source: number,
): PreferenceBand | null {
  const shifts = spreadShifts(grid, MAX_SHIFTS);
  const ratios = new Map<number, number[]>();
  for (const shift of shifts) {
    const moved = labels.map((_, index) => labels[movedFrom(index, grid, shift)] ?? 0);
    const shifted = preference(attention, moved, source);
    for (const [label, { ratio }] of shifted?.regions ?? []) {
      const values = ratios.get(label) ?? [];
      ratios.set(label, values);
      if (ratio !== null) values.push(ratio);
    }
  }
  if (ratios.size === 0) return null;
  const band = new Map<number, readonly [number, number]>();
  for (const [label, values] of ratios) {
    const own = bandOf(values);
    if (own !== null) band.set(label, own);
  }
  return { ratios: band, shifts: shifts.length };
}
