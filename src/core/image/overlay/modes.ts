import type { GrayPicture } from '../gray.js';
import { type Between, interpolate, type PatchMap, type RgbaPicture } from './interpolate.js';

/** Which end of a mode is shown: its maps are positive there, or negative. */
export type End = 1 | -1;

/** What the colours of an overlay stand for: nothing at `low`, all at `high`. */
export interface OverlayScale {
  readonly low: number;
  readonly high: number;
}

/** Maps of one mode, of a block of modes or of the key bias. */
export interface ModeOverlay {
  /** Red; null where only keys are shown. */
  readonly query: PatchMap | null;
  /** Cyan; null where only queries are shown. */
  readonly key: PatchMap | null;
  readonly end: End;
  readonly scale: OverlayScale;
}

/**
 * The common scale of a pair of maps. Of a mode: from 0 to the largest magnitude of both. Of a block, whose maps are lengths that are never near 0:
 * from the smallest to the largest.
 */
export function overlayScale(maps: readonly PatchMap[], isBlock: boolean): OverlayScale {
  let low = Infinity;
  let high = 0;
  for (const { values } of maps) {
    for (const value of values) {
      low = Math.min(low, value);
      high = Math.max(high, Math.abs(value));
    }
  }
  return { low: isBlock ? Math.min(low, high) : 0, high };
}

/** How far the value of a map reaches at an end, 0 to 1 of the scale; 0 where the scale has no extent. */
export function reach(value: number, end: End, { low, high }: OverlayScale): number {
  return high > low ? Math.max(0, Math.min(1, (value * end - low) / (high - low))) : 0;
}

/** Query red and key cyan: what a full map adds to its channels, beside the picture's own light. */
const ADDED = 70;

/** Part of the picture that is left where neither map reaches. */
const DIM = 0.34;

/** Below 1, so that weak parts are seen. */
const GAMMA = 0.75;

/** Steps of reach that are told apart, finer than 8-bit colours. */
const STEPS = 4_096;

/** Strength of a colour at each step of reach. */
const CURVE = Float32Array.from({ length: STEPS + 1 }, (_, step) => (step / STEPS) ** GAMMA);

/** The strength of a colour for each value of a field, in place: `reach` for the many pixels of a picture. */
function toStrengths(field: Float32Array, { end, scale: { low, high } }: ModeOverlay): Float32Array {
  const extent = high - low;
  if (!(extent > 0)) return field.fill(0);
  for (let i = 0; i < field.length; i++) {
    const part = ((field[i] ?? 0) * end - low) / extent;
    const step = part > 0 ? (part < 1 ? Math.floor(part * STEPS + 0.5) : STEPS) : 0;
    field[i] = CURVE[step] ?? 0;
  }
  return field;
}

/** The picture with the query map in its red, the key map in its green and blue channel: both is white, neither a dim picture. */
export function paintModes(gray: GrayPicture, overlay: ModeOverlay, between: Between): RgbaPicture {
  const { width, height, data: light } = gray;
  const data = new Uint8ClampedArray(width * height * 4);
  const strengths = (map: PatchMap | null): Float32Array =>
    map === null ? new Float32Array(light.length) : toStrengths(interpolate(map, width, height, between), overlay);
  const reds = strengths(overlay.query);
  const cyans = strengths(overlay.key);
  for (let i = 0, to = 0; i < light.length; i++, to += 4) {
    const own = light[i] ?? 0;
    const red = reds[i] ?? 0;
    const cyan = cyans[i] ?? 0;
    const rest = own * (DIM + (1 - DIM) * cyan) + ADDED * cyan;
    data[to] = own * (DIM + (1 - DIM) * red) + ADDED * red;
    data[to + 1] = rest;
    data[to + 2] = rest;
    data[to + 3] = 255;
  }
  return { width, height, data };
}
