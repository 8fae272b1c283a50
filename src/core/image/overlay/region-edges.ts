import { segmentsOfPatches } from './segments.js';

/** A line from corner to corner of patches, in patch sides from the upper left. */
export type Edge = readonly [x1: number, y1: number, x2: number, y2: number];

/** The outline of a region of patches, holes and the border of the picture too. */
export function regionEdges(patches: Iterable<number>, [rows, columns]: readonly [number, number]): Edge[] {
  // A ring of patches outside, so that what lies at the border has an edge there.
  const ringed = { rows: rows + 2, columns: columns + 2, values: new Float32Array((rows + 2) * (columns + 2)) };
  for (const patch of patches) {
    ringed.values[(Math.floor(patch / columns) + 1) * ringed.columns + (patch % columns) + 1] = 1;
  }
  return segmentsOfPatches(ringed, 1).map(([a, b]) => [a.x - 1, a.y - 1, b.x - 1, b.y - 1]);
}
