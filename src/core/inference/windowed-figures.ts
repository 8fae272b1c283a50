import type { AttentionFigures } from '../analysis/image/attention-figures.js';
import { placesOf, type WindowLayout } from './windows.js';

/**
 * Figures of a head whose tokens attend within windows. There are no tokens in front of the patches, and what takes attention over the whole
 * picture is not given.
 * @param attention (windows, places, places).
 */
export function windowedFigures(index: number, attention: Float32Array, layout: WindowLayout): AttentionFigures {
  const places = placesOf(layout);
  let toSelf = 0;
  for (const at of layout.places) toSelf += attention[at * places + (at % places)] ?? NaN;
  return { index, toPrefix: 0, toSelf: toSelf / layout.places.length, preferences: [], outsideNearest: null };
}
