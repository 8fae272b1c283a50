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

/** Values of the maps of an overlay at the pixels of a picture, as `interpolate` gives them; null where there is no map. */
export interface OverlayFields {
  readonly query: Float32Array | null;
  readonly key: Float32Array | null;
}

/** The picture with the query map in its red, the key map in its green and blue channel: both is white, neither a dim picture. */
export function paintModes(gray: GrayPicture, overlay: ModeOverlay, between: Between): RgbaPicture {
  const field = (map: PatchMap | null): Float32Array | null =>
    map === null ? null : interpolate(map, gray.width, gray.height, between);
  return paintFields(gray, { query: field(overlay.query), key: field(overlay.key) }, overlay);
}

/** The same of maps whose values at the pixels are at hand: both ends of a mode are drawn from the same ones. */
export function paintFields(
  { width, height, data: light }: GrayPicture,
  { query, key }: OverlayFields,
  { end, scale: { low, high } }: Pick<ModeOverlay, 'end' | 'scale'>,
): RgbaPicture {
  // Opaque; the other channels are set below.
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  const isFlat = !(high > low);
  const none = new Float32Array(query === null || key === null || isFlat ? light.length : 0);
  const [reds, cyans] = isFlat ? [none, none] : [query ?? none, key ?? none];
  // A map that is missing or flat is nowhere above the scale's low end.
  const [redLow, cyanLow] = isFlat ? [0, 0] : [query === null ? 0 : low, key === null ? 0 : low];
  const extent = isFlat ? 1 : high - low;
  for (let i = 0, to = 0; i < light.length; i++, to += 4) {
    const own = light[i] ?? 0;
    const red = CURVE[stepOf((reds[i] ?? 0) * end - redLow, extent)] ?? 0;
    const cyan = CURVE[stepOf((cyans[i] ?? 0) * end - cyanLow, extent)] ?? 0;
    const rest = own * (DIM + (1 - DIM) * cyan) + ADDED * cyan;
    data[to] = own * (DIM + (1 - DIM) * red) + ADDED * red;
    data[to + 1] = rest;
    data[to + 2] = rest;
  }
  return { width, height, data };
}

/** The step of reach of what a value is above the low end of the scale: `reach` for the many pixels of a picture. */
function stepOf(above: number, extent: number): number {
  const step = (above / extent) * STEPS + 0.5;
  return step > 0 ? (step < STEPS ? Math.trunc(step) : STEPS) : 0;
}
