import type { LayerShape } from '../../core/inference/layer-shapes.js';
import { placesOf } from '../../core/inference/windows.js';

/** Sizes of the attention of a head in an archive: (tokens, tokens), or (windows, places, places). */
export function attentionDims({ tokens, windows }: LayerShape): number[] {
  if (windows === null) return [tokens, tokens];
  const places = placesOf(windows);
  return [windows.count, places, places];
}

/** An array that stands beside attention within windows. */
interface WindowArray {
  readonly name: string;
  readonly shape: number[];
  readonly values: Float64Array;
}

/** `windows_L`, (windows, places): the token at each place, row by row in the layer's grid, -1 for a place that was filled up; none for other layers. */
export function windowArrays(layer: number, { windows }: LayerShape): WindowArray[] {
  if (windows === null) return [];
  const shape = [windows.count, placesOf(windows)];
  return [{ name: `windows_${layer}`, shape, values: Float64Array.from(windows.tokens) }];
}
