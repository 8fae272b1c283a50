import type { SourceOf } from '../analysis/layer.js';
import type { GridRotation } from '../model/rotation.js';
import { readVectorView } from '../tensors/read.js';
import type { PatchGrid } from './forward.js';

/** Cosines and sines by which the entries of a head's query and key turn, each (tokens, headSize). */
export interface RotationTables {
  readonly pairs: GridRotation['pairs'];
  readonly cos: Float32Array;
  readonly sin: Float32Array;
}

/**
 * The tables of a rotation for a grid of patches. Half of the pairs turn with the row, half with the column (or the other way round); tokens in front of the
 * patches turn by nothing.
 * @param prefix number of those tokens.
 */
export async function rotationTables(
  { pairs, angles }: GridRotation,
  [rows, columns]: PatchGrid,
  headSize: number,
  prefix: number,
  sourceOf: SourceOf,
): Promise<RotationTables> {
  const quarter = headSize / 4;
  const periods = await rotationPeriods(angles, quarter, sourceOf);
  const tokens = prefix + rows * columns;
  const cos = new Float32Array(tokens * headSize).fill(1);
  const sin = new Float32Array(tokens * headSize);
  const place = coordinates(angles, [rows, columns]);
  for (let patch = 0; patch < rows * columns; patch++) {
    const at = (prefix + patch) * headSize;
    const [first, second] = inOrder(angles, [place(Math.floor(patch / columns), 0), place(patch % columns, 1)]);
    for (let pair = 0; pair < headSize / 2; pair++) {
      const angle = (pair < quarter ? first : second) / (periods[pair % quarter] ?? 1);
      const entries = pairs === 'half' ? [pair, pair + headSize / 2] : [2 * pair, 2 * pair + 1];
      for (const entry of entries) {
        cos[at + entry] = Math.cos(angle);
        sin[at + entry] = Math.sin(angle);
      }
    }
  }
  return { pairs, cos, sin };
}

/** Periods of the pairs that turn with one axis; the file is read where it has them. */
export async function rotationPeriods(
  angles: GridRotation['angles'],
  quarter: number,
  sourceOf: SourceOf,
): Promise<Float64Array> {
  if (angles.kind === 'centred' && angles.periods !== null) {
    return readVectorView(await sourceOf(angles.periods.tensor.file), angles.periods, sourceOf);
  }
  return Float64Array.from({ length: quarter }, (_, index) => angles.base ** (index / quarter));
}

/** Coordinate of a row (axis 0) or column (axis 1), in radians for a period of 1. */
function coordinates(angles: GridRotation['angles'], grid: PatchGrid): (index: number, axis: 0 | 1) => number {
  if (angles.kind === 'centred') return (index, axis) => 2 * Math.PI * ((2 * (index + 0.5)) / grid[axis] - 1);
  const { reference } = angles;
  return (index, axis) => (reference === null ? index : (index / grid[axis]) * reference[axis]);
}

/** What belongs to rows and to columns, as the two halves of the pairs turn with them. */
export function inOrder(
  angles: GridRotation['angles'],
  [y, x]: readonly [number, number],
): readonly [first: number, second: number] {
  return angles.kind === 'counted' && angles.order === 'xy' ? [x, y] : [y, x];
}

/** Radians, for a period of 1, that a step of one patch makes along rows and along columns. */
export function patchStep(angles: GridRotation['angles'], grid: PatchGrid): readonly [y: number, x: number] {
  const place = coordinates(angles, grid);
  return [place(1, 0) - place(0, 0), place(1, 1) - place(0, 1)];
}
