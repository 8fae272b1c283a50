import { BORDER } from './candidates.js';
import type { Octave } from './octaves.js';
import type { Workspace } from './workspace.js';

/** An extremum of the differences of Gaussians, found to a fraction of a pixel and of a layer. */
export interface Extremum {
  /** The pixel and layer it lies nearest to, in the octave. */
  readonly layer: number;
  readonly row: number;
  readonly column: number;
  /** From there to the extremum, each less than a half. */
  readonly layerOffset: number;
  readonly rowOffset: number;
  readonly columnOffset: number;
  /** Value at the extremum, for gray values of 0 to 1. */
  readonly contrast: number;
}

/**
 * The extremum near a candidate, from the quadratic through its neighbours; null when it does not settle within a few steps, leaves the picture or the
 * layers, is too weak, or lies on an edge.
 */
export function refine(
  { kernels, integers, floats, layout, parameters }: Workspace,
  octave: Octave,
  layer: number,
  row: number,
  column: number,
): Extremum | null {
  const isFound = kernels.refine(
    4 * octave.first,
    4 * octave.step,
    4 * octave.stride,
    octave.width,
    octave.height,
    BORDER,
    parameters.nOctaveLayers,
    parameters.contrastThreshold,
    parameters.edgeThreshold,
    layer,
    row,
    column,
    layout.extremum,
  );
  if (isFound === 0) return null;
  const at = layout.extremum / 4;
  return {
    layer: integers[at] ?? 0,
    row: integers[at + 1] ?? 0,
    column: integers[at + 2] ?? 0,
    layerOffset: floats[at + 3] ?? 0,
    rowOffset: floats[at + 4] ?? 0,
    columnOffset: floats[at + 5] ?? 0,
    contrast: floats[at + 6] ?? 0,
  };
}
