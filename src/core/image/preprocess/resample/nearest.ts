import type { Window } from '../picture.js';

/**
 * Source columns (or rows) of `count` output ones from `first` on, when `from` become `to`.
 * The position is added up step by step as Pillow does it: a product would round differently now and then.
 */
function nearestPlaces(from: number, to: number, first: number, count: number): Int32Array {
  const step = from / to;
  const places = new Int32Array(count);
  let position = step * 0.5;
  for (let i = 0; i < first + count; i++) {
    if (i >= first) places[i - first] = Math.min(from - 1, Math.trunc(position));
    position += step;
  }
  return places;
}

/** Fills `target`, the window of the resized picture, with the nearest elements of `source`; `channels` lie side by side. */
export function takeNearest<Elements extends Uint8Array | Int32Array>(
  source: { readonly elements: Elements; readonly width: number; readonly height: number; readonly channels: number },
  [height, width]: readonly [number, number],
  window: Window,
  target: Elements,
): void {
  const { elements, channels } = source;
  const columns = nearestPlaces(source.width, width, window.left, window.width);
  const rows = nearestPlaces(source.height, height, window.top, window.height);
  let at = 0;
  for (const row of rows) {
    for (const column of columns) {
      const from = (row * source.width + column) * channels;
      for (let channel = 0; channel < channels; channel++) target[at++] = elements[from + channel] ?? 0;
    }
  }
}
