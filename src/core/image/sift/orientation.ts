import type { Octave } from './octaves.js';
import { roundHalfEven } from './round.js';
import type { Workspace } from './workspace.js';

const BINS = 36;
const DEGREES_PER_BIN = 360 / BINS;

/** Deviation of the weights around a keypoint, and radius of the window, in units of the keypoint's own deviation. */
const WEIGHT_DEVIATION = 1.5;
const WINDOW_RADIUS = 4.5;

/** A peak of at least this share of the largest gives a keypoint of its own. */
const PEAK_SHARE = 0.8;

/** The kernel takes columns four at a time. */
const LANES = 4;

/**
 * Orientations of a keypoint: the peaks of the histogram of gradients around its pixel, in degrees from 0 to below 360, clockwise as seen in the
 * picture (y goes down). A round spot has none to speak of: any number of peaks may come out.
 * @param deviation of the keypoint in pixels of the octave.
 */
export function orientationsAt(
  workspace: Workspace,
  octave: Octave,
  layer: number,
  row: number,
  column: number,
  deviation: number,
): number[] {
  fillHistogram(workspace, octave, layer, row, column, deviation);
  const { floats, layout } = workspace;
  const start = layout.histogram / 4;
  let most = 0;
  for (let bin = 0; bin < BINS; bin++) most = Math.max(most, floats[start + bin] ?? 0);
  const least = Math.fround(most * Math.fround(PEAK_SHARE));
  const angles: number[] = [];
  for (let bin = 0; bin < BINS; bin++) {
    const here = floats[start + bin] ?? 0;
    if (here < least) continue;
    const before = floats[start + ((bin + BINS - 1) % BINS)] ?? 0;
    const after = floats[start + ((bin + 1) % BINS)] ?? 0;
    if (here <= before || here <= after) continue;
    const peak = bin + (0.5 * (before - after)) / (before - 2 * here + after);
    angles.push(angleOf((peak + BINS) % BINS));
  }
  return angles;
}

function angleOf(bin: number): number {
  const angle = Math.fround(360 - DEGREES_PER_BIN * bin);
  return angle === 360 ? 0 : angle;
}

function fillHistogram(
  { kernels, floats, layout }: Workspace,
  octave: Octave,
  layer: number,
  row: number,
  column: number,
  deviation: number,
): void {
  const radius = roundHalfEven(WINDOW_RADIUS * deviation);
  const spread = -1 / (2 * (WEIGHT_DEVIATION * deviation) ** 2);
  // The pixels on the picture's rim have no gradient.
  const firstRow = Math.max(1, row - radius);
  const rows = Math.min(octave.height - 2, row + radius) - firstRow + 1;
  const firstColumn = Math.max(1, column - radius);
  const columns = Math.min(octave.width - 2, column + radius) - firstColumn + 1;
  for (let i = 0; i < rows; i++) {
    floats[layout.rowWeights / 4 + i] = Math.exp((firstRow + i - row) ** 2 * spread);
  }
  const columnWeights = layout.columnWeights / 4;
  for (let i = 0; i < columns; i++) floats[columnWeights + i] = Math.exp((firstColumn + i - column) ** 2 * spread);
  floats.fill(0, columnWeights + columns, columnWeights + columns + LANES);
  kernels.gradientHistogram(
    4 * (octave.first + layer * octave.step + firstRow * octave.stride + firstColumn),
    4 * octave.stride,
    rows,
    columns,
    layout.rowWeights,
    layout.columnWeights,
    layout.rawHistogram,
    layout.histogram,
  );
}
