import { patchLabels } from '../../../src/core/analysis/image/patch-labels.js';
import type { ImageCard } from '../../../src/protocol/image.js';
import { BACKGROUND, OBJECT } from './mask-paint.js';

type Sizes = Pick<ImageCard, 'inputSize' | 'grid'>;

/** 1 for each patch of which more than half is painted, else 0. */
export function regionOf({ inputSize: [height, width], grid }: Sizes, labels: Uint8Array): Float32Array {
  const map = { width, height, labels: Int32Array.from(labels) };
  return Float32Array.from(patchLabels(map, height / grid[0]), (label) => (label === OBJECT ? 1 : 0));
}

/** A region as labels of the pixels, whole patches. */
export function regionLabels(
  { inputSize: [height, width], grid: [rows, columns] }: Sizes,
  region: Float32Array,
): Uint8Array {
  const labels = new Uint8Array(height * width).fill(BACKGROUND);
  const [down, across] = [height / rows, width / columns];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const patch = Math.floor(y / down) * columns + Math.floor(x / across);
      if ((region[patch] ?? 0) > 0) labels[y * width + x] = OBJECT;
    }
  }
  return labels;
}

/** How many patches a region has. */
export function patchesIn(region: Float32Array): number {
  return region.reduce<number>((count, value) => count + (value > 0 ? 1 : 0), 0);
}
