import type { Grid } from './torus.js';

/** How much of the relevance lies off the object. */
export interface SpuriousCorrelation {
  /** Relevance off the object over the share of patches there: 1 = as an even one. Null where the mask covers all patches, or none. */
  readonly offRatio: number | null;
  /** log2 of (the part of relevance times concentration off the object) over (that of the concentration): 0 = blind to the object. Null also without keypoints off it. */
  readonly log2Lift: number | null;
}

/**
 * Relevance against an object mask (definitions.md, "Keypoints and attention").
 * @param relevance r of each patch, summing to 1.
 * @param object 1 for patches of the object.
 */
export function spuriousCorrelation(
  relevance: Float64Array,
  concentration: Float64Array,
  object: Uint8Array,
): SpuriousCorrelation {
  let [offPatches, offRelevance, both, offBoth, all, off] = [0, 0, 0, 0, 0, 0];
  for (const [i, r] of relevance.entries()) {
    const c = concentration[i] ?? 0;
    both += r * c;
    all += c;
    if (object[i] === 1) continue;
    offPatches++;
    offRelevance += r;
    offBoth += r * c;
    off += c;
  }
  const covers = offPatches < relevance.length && offPatches > 0;
  return {
    offRatio: covers ? offRelevance / (offPatches / relevance.length) : null,
    log2Lift: covers && offBoth > 0 && off > 0 ? Math.log2(offBoth / both / (off / all)) : null,
  };
}

/** A connected piece of the picture off the object. */
export interface Candidate {
  /** Patches, in the order of the grid. */
  readonly patches: readonly number[];
  /** Sum of relevance times concentration over them, as a part of that of the picture. */
  readonly weight: number;
}

/**
 * Connected off-object patches, the largest sum of relevance times concentration first.
 * A patch belongs to a candidate when its product is above the mean of all patches; patches that touch at a side are connected.
 */
export function candidates(
  relevance: Float64Array,
  concentration: Float64Array,
  object: Uint8Array,
  grid: Grid,
): Candidate[] {
  const products = relevance.map((r, i) => r * (concentration[i] ?? 0));
  const sum = products.reduce((all, value) => all + value, 0);
  const stands = products.map((value, i) => Number(object[i] !== 1 && value > sum / products.length));
  const found: Candidate[] = [];
  for (let start = 0; start < stands.length; start++) {
    if (stands[start] !== 1) continue;
    const patches = connected(start, stands, grid);
    const weight = patches.reduce((all, patch) => all + (products[patch] ?? 0), 0) / sum;
    found.push({ patches, weight });
  }
  return found.sort((a, b) => b.weight - a.weight);
}

/** The patches connected with `start`, which are marked as seen. */
function connected(start: number, stands: Float64Array, [rows, columns]: Grid): number[] {
  const patches = [start];
  stands[start] = 0;
  // The list grows while it is walked.
  for (const patch of patches) {
    const column = patch % columns;
    const around = [
      column > 0 ? patch - 1 : -1,
      column < columns - 1 ? patch + 1 : -1,
      patch - columns,
      patch + columns < rows * columns ? patch + columns : -1,
    ];
    for (const next of around) {
      if (stands[next] !== 1) continue;
      stands[next] = 0;
      patches.push(next);
    }
  }
  return patches.sort((a, b) => a - b);
}

/**
 * The same shape on the other places that lie off the object as a whole, without wrapping around the edges; at most `most`, spread evenly over all.
 * The comparison of the causal check.
 */
export function otherPlaces(
  patches: readonly number[],
  object: Uint8Array,
  [rows, columns]: Grid,
  most: number,
): number[][] {
  const places: number[][] = [];
  for (let down = 1 - rows; down < rows; down++) {
    for (let right = 1 - columns; right < columns; right++) {
      if (down === 0 && right === 0) continue;
      const moved = patches.map((patch) => {
        const row = Math.floor(patch / columns) + down;
        const column = (patch % columns) + right;
        return row >= 0 && row < rows && column >= 0 && column < columns ? row * columns + column : -1;
      });
      if (moved.every((patch) => patch >= 0 && object[patch] !== 1)) places.push(moved);
    }
  }
  if (places.length <= most) return places;
  return Array.from({ length: most }, (_, n) => places[Math.floor(((n + 0.5) * places.length) / most)] ?? []);
}
