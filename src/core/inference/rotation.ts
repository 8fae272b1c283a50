import type { SourceOf } from '../analysis/layer.js';
import type { MatrixView } from '../model/model.js';
import type { GridRotation } from '../model/rotation.js';
import { readMatrixView, readVectorView } from '../tensors/read.js';
import { type ForwardModel, type PatchGrid, prefixLength } from './forward.js';

/** Rotation by the column times a frequency and the row times another, which each head of each layer learned for each of its pairs (RoPE-Mixed, arXiv 2403.13298). */
export interface LearnedRotation {
  readonly kind: 'learned';
  readonly pairs: 'interleaved';
  /** Radians a step, (2 x layers x heads, headSize / 2): those of columns, then those of rows. */
  readonly frequencies: MatrixView;
}

/** Cosines and sines by which the entries of queries and keys turn, each (heads, tokens, headSize), or (1, tokens, headSize) where all heads turn alike. */
export interface RotationTables {
  readonly pairs: GridRotation['pairs'];
  readonly heads: number;
  readonly cos: Float32Array;
  readonly sin: Float32Array;
}

/** The tables of a layer; null where nothing turns. */
export async function layerRotation(
  forward: ForwardModel,
  layer: number,
  grid: PatchGrid,
  sourceOf: SourceOf,
): Promise<RotationTables | null> {
  const { rotation, blocks } = forward;
  const spec = blocks[layer]?.attention.spec;
  if (rotation === null || spec === undefined) return null;
  const prefix = prefixLength(forward);
  if (rotation.kind === 'grid') return rotationTables(rotation, grid, spec.headSize, prefix, sourceOf);
  const { frequencies } = rotation;
  const source = await sourceOf(frequencies.tensor.file);
  const read = (axis: 0 | 1): Promise<Float64Array> => {
    const rowStart = frequencies.rowStart + (axis * blocks.length + layer) * spec.heads;
    return readMatrixView(source, { ...frequencies, rowStart, rows: spec.heads }, sourceOf);
  };
  return learnedTables(await read(0), await read(1), grid, spec, prefix);
}

/** @param across radians a column of each pair, head after head. @param down the same for rows. */
function learnedTables(
  across: Float64Array,
  down: Float64Array,
  [rows, columns]: PatchGrid,
  { heads, headSize }: { readonly heads: number; readonly headSize: number },
  prefix: number,
): RotationTables {
  const tokens = prefix + rows * columns;
  const cos = new Float32Array(heads * tokens * headSize).fill(1);
  const sin = new Float32Array(heads * tokens * headSize);
  const pairs = headSize / 2;
  for (let head = 0; head < heads; head++) {
    for (let patch = 0; patch < rows * columns; patch++) {
      const at = (head * tokens + prefix + patch) * headSize;
      const [row, column] = [Math.floor(patch / columns), patch % columns];
      for (let pair = 0; pair < pairs; pair++) {
        const from = head * pairs + pair;
        const angle = column * (across[from] ?? NaN) + row * (down[from] ?? NaN);
        for (const entry of [at + 2 * pair, at + 2 * pair + 1]) {
          cos[entry] = Math.cos(angle);
          sin[entry] = Math.sin(angle);
        }
      }
    }
  }
  return { pairs: 'interleaved', heads, cos, sin };
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
  return { pairs, heads: 1, cos, sin };
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
  const { reference, first = 0 } = angles;
  return (index, axis) => (reference === null ? first + index : ((first + index) / grid[axis]) * reference[axis]);
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
