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

const LOW = 0.05;
const HIGH = 0.95;

/**
 * Band of the ratios of one label under shifts of all labels around the torus of the grid, which keep shapes and distances but not places.
 * All shifts but none at all where there are at most 255, else as many spread evenly over them. Null where no patch has the label.
 * @param grid [rows, columns] of patches.
 */
export function preferenceBand(
  attention: PatchAttention,
  labels: Int32Array,
  grid: readonly [rows: number, columns: number],
  source: number,
): PreferenceBand | null {
  const all = attention.patches - 1;
  const shifts = Math.min(all, MAX_SHIFTS);
  const ratios = new Map<number, number[]>();
  for (let n = 1; n <= shifts; n++) {
    const shift = Math.round((n * all) / shifts);
    const shifted = preference(attention, rolled(labels, grid, shift), source);
    for (const [label, { ratio }] of shifted?.regions ?? []) {
      const values = ratios.get(label) ?? [];
      ratios.set(label, values);
      if (ratio !== null) values.push(ratio);
    }
  }
  if (ratios.size === 0) return null;
  const band = new Map<number, readonly [number, number]>();
  for (const [label, values] of ratios) {
    values.sort((a, b) => a - b);
    if (values.length > 0) band.set(label, [quantile(values, LOW), quantile(values, HIGH)]);
  }
  return { ratios: band, shifts };
}

/** Labels moved down and to the right around the torus; `shift` counts the places of the grid row by row. */
function rolled(labels: Int32Array, [rows, columns]: readonly [number, number], shift: number): Int32Array {
  const down = Math.floor(shift / columns);
  const right = shift % columns;
  return labels.map((_, index) => {
    const row = (Math.floor(index / columns) + rows - down) % rows;
    const column = ((index % columns) + columns - right) % columns;
    return labels[row * columns + column] ?? 0;
  });
}

/** Quantile of sorted numbers, linear between them. */
function quantile(sorted: readonly number[], part: number): number {
  const place = (sorted.length - 1) * part;
  const low = sorted[Math.floor(place)] ?? NaN;
  const high = sorted[Math.ceil(place)] ?? NaN;
  return low + (high - low) * (place - Math.floor(place));
}
