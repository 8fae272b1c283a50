import { bands, type Octave } from './octaves.js';
import type { Workspace } from './workspace.js';

/** Pixels along each border in which no keypoint is sought. */
export const BORDER = 5;

/** Called with the layer, row and column of each candidate. */
export type Visit = (layer: number, row: number, column: number) => void;

/**
 * Visits the extrema of the differences of Gaussians: pixels beyond the threshold that none of their 26 neighbours in place and layer exceeds.
 * Ties count, so that twins on a plateau are found both. Yields the pixels done.
 */
export function* visitCandidates(workspace: Workspace, octave: Octave, visit: Visit): Generator<number> {
  const { kernels, integers, layout, parameters } = workspace;
  const { nOctaveLayers, contrastThreshold } = parameters;
  const { width, height, first, step } = octave;
  const rowBytes = 4 * octave.stride;
  const layerBytes = 3 * rowBytes;
  const slot = (row: number) => (row % 3) * rowBytes;
  // A whole number, as in OpenCV: with the defaults 1, not 1.7.
  const threshold = Math.floor(((0.5 * contrastThreshold) / nOctaveLayers) * 255);

  const difference = (row: number) => {
    for (let layer = 0; layer < nOctaveLayers + 2; layer++) {
      const lower = 4 * (first + layer * step) + row * rowBytes;
      kernels.differenceRow(lower, lower + 4 * step, layout.differences + layer * layerBytes + slot(row), rowBytes);
    }
  };
  difference(BORDER - 1);
  difference(BORDER);
  for (const [from, to] of bands(BORDER, height - BORDER, width)) {
    for (let row = from; row < to; row++) {
      difference(row + 1);
      for (let layer = 1; layer <= nOctaveLayers; layer++) {
        const at = layout.differences + layer * layerBytes;
        const found = kernels.scanRow(
          at - layerBytes,
          at,
          at + layerBytes,
          slot(row - 1),
          slot(row),
          slot(row + 1),
          BORDER,
          width - BORDER,
          threshold,
          layout.columns,
        );
        for (let i = 0; i < found; i++) visit(layer, row, integers[layout.columns / 4 + i] ?? 0);
      }
    }
    yield (to - from) * width;
  }
}
