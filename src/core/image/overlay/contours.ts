import { type Between, type PatchMap, valuesAt } from './interpolate.js';
import { type End, type OverlayScale, reach } from './modes.js';
import { type Segment, type SegmentEnd, segmentsBetween, segmentsOfPatches } from './segments.js';

/** A line: x and y in turn, in patch sides from the top left of the grid; a closed one ends where it began. */
export type Contour = Float32Array;

/** Lines over a picture; widths and dashes are in pixels of a picture that is CONTOUR_UNIT wide. */
export const CONTOUR_UNIT = 195;
export const CONTOURS = {
  query: { colour: '#ff8d86', width: 1.3, dash: [] },
  key: { colour: '#77ffff', width: 1.3, dash: [5, 4] },
  /** Under each of them, without a break. */
  halo: { colour: 'rgba(0,0,0,0.6)', width: 2.4, dash: [] },
} as const;

/** Of the scale; a lower peak has no contour. */
const LEAST_PEAK = 0.12;

/** In patch sides; shorter loops of a smooth map are left out. */
const LEAST_LENGTH = 2.4;

/** Places a patch side at which a smooth map is looked at, and the most along a whole side. */
const SAMPLES = 8;
const MOST_SAMPLES = 512;

/**
 * Lines at half of the map's own peak at an end, on the scale of an overlay; the peak is that of its patches, not of the curve between them.
 * Flat patches have them along their edges.
 */
export function halfPeakContours(map: PatchMap, end: End, scale: OverlayScale, between: Between): Contour[] {
  const { rows, columns } = map;
  const values = Float32Array.from(map.values, (value) => reach(value, end, scale));
  const peak = values.reduce((most, value) => Math.max(most, value), 0);
  if (peak < LEAST_PEAK) return [];
  if (between === 'patches') return chains(segmentsOfPatches({ rows, columns, values }, peak / 2));
  // The curve may reach over the ends of the scale, so it is drawn before they are cut.
  const lengths = scale.high - scale.low;
  const uncut = Float32Array.from(map.values, (value) => (value * end - scale.low) / lengths);
  return smoothContours({ rows, columns, values: uncut }, peak / 2);
}

function smoothContours(map: PatchMap, level: number): Contour[] {
  const side = (patches: number): { steps: number; at: Float64Array } => {
    const steps = Math.max(patches, Math.min(patches * SAMPLES, MOST_SAMPLES));
    return { steps, at: Float64Array.from({ length: steps + 1 }, (_, i) => (i * patches) / steps) };
  };
  const across = side(map.columns);
  const down = side(map.rows);
  const field = valuesAt(map, across.at, down.at, 'smooth');
  const scaled = segmentsBetween(field, across.at, down.at, level);
  return chains(scaled).filter((points) => lengthOf(points) >= LEAST_LENGTH);
}

function lengthOf(points: Contour): number {
  let sum = 0;
  for (let i = 2; i + 1 < points.length; i += 2) {
    sum += Math.hypot((points[i] ?? 0) - (points[i - 2] ?? 0), (points[i + 1] ?? 0) - (points[i - 1] ?? 0));
  }
  return sum;
}

/** Joins segments at the nodes that they share, so that dashes run on. */
function chains(segments: readonly Segment[]): Contour[] {
  const at = new Map<number, number[]>();
  for (const [index, ends] of segments.entries()) {
    for (const { node } of ends) {
      const known = at.get(node);
      if (known === undefined) at.set(node, [index]);
      else known.push(index);
    }
  }
  const used = new Uint8Array(segments.length);
  const walk = (from: SegmentEnd): SegmentEnd[] => {
    const found: SegmentEnd[] = [];
    for (let end = from; ;) {
      const index = at.get(end.node)?.find((each) => used[each] === 0) ?? -1;
      const next = segments[index];
      if (next === undefined) return found;
      used[index] = 1;
      end = next[0].node === end.node ? next[1] : next[0];
      found.push(end);
    }
  };
  const contours: Contour[] = [];
  for (const [index, segment] of segments.entries()) {
    if (used[index] === 1) continue;
    used[index] = 1;
    const forward = walk(segment[1]);
    contours.push(lineThrough([...walk(segment[0]).reverse(), ...segment, ...forward]));
  }
  return contours;
}

function lineThrough(ends: readonly SegmentEnd[]): Contour {
  const line = new Float32Array(2 * ends.length);
  for (const [index, { x, y }] of ends.entries()) {
    line[2 * index] = x;
    line[2 * index + 1] = y;
  }
  return line;
}
