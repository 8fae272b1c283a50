import * as l10n from '@vscode/l10n';
import type { ByteSource } from '../bytes/byte-source.js';
import { groupDigits, quoteName } from '../bytes/quote.js';
import { CheckpointError } from '../errors.js';
import type { MatrixView, VectorView } from '../model/model.js';
import { addLowRank, changedParts, type ChangeFactors, setLengths } from './change.js';
import { DTYPES, isBlockType } from './dtype.js';
import { readElements, type Wanted } from './elements.js';
import { readGrid, type Grid } from './grid.js';
import { elementCount, type LowRankChange, type TensorEntry } from './tensor-index.js';
import { unpack, type OtherFiles } from './unpack.js';

/** Largest matrix worth holding as float64 (2 GiB); the query matrix of a 22-billion-parameter ViT has 38 million entries. */
const MAX_ELEMENTS = 2 ** 28;

/** A view may repeat its elements without end; more than this (128 MiB) is not spread out. */
const MAX_REPEATED = 2 ** 24;

function unsupported(tensor: TensorEntry, source: ByteSource, problem: string): CheckpointError {
  const shape = `${DTYPES[tensor.dtype].label} [${tensor.shape.join(', ')}]`;
  const advice = l10n.t('choose other tensors or save the weights as plain matrices');
  return new CheckpointError(
    'unsupported',
    source.name,
    l10n.t('tensor {0} ({1}) {2}', quoteName(tensor.name), shape, problem),
    advice,
  );
}

/** An axis of one element. */
const ONE = { size: 1, step: 0 };

/** Sizes and steps of a tensor's axes without those of size one. */
function axes(tensor: TensorEntry): { size: number; step: number }[] {
  const strides = tensor.strides ?? [];
  return tensor.shape.map((size, axis) => ({ size, step: strides[axis] ?? 0 })).filter(({ size }) => size !== 1);
}

/** The tensor as a table of elements: a row-major tensor of any number of axes folds to rows of `rowLength`. */
function asTable(tensor: TensorEntry, rowLength: number): Grid | null {
  const count = elementCount(tensor.shape);
  if (tensor.strides === null) {
    const rows = rowLength === 0 ? 0 : count / rowLength;
    return Number.isInteger(rows) ? { first: 0, rows, columns: rowLength, rowStep: rowLength, columnStep: 1 } : null;
  }
  const [outer = ONE, inner = ONE, ...more] = axes(tensor);
  if (more.length > 0) return null;
  // With a single axis left, it is the rows or the columns, whichever the caller's row length says.
  const [rows, columns] = inner === ONE && rowLength !== 1 ? [ONE, outer] : [outer, inner];
  return { first: 0, rows: rows.size, columns: columns.size, rowStep: rows.step, columnStep: columns.step };
}

function transpose(grid: Grid): Grid {
  return {
    first: grid.first,
    rows: grid.columns,
    columns: grid.rows,
    rowStep: grid.columnStep,
    columnStep: grid.rowStep,
  };
}

function checkSize(source: ByteSource, { tensor, rows, columns }: MatrixView): void {
  if (DTYPES[tensor.dtype].kind === 'complex') throw unsupported(tensor, source, l10n.t('holds complex numbers'));
  const stored = Math.ceil(tensor.byteLength / DTYPES[tensor.dtype].bytes);
  const limit = Math.min(MAX_ELEMENTS, Math.max(MAX_REPEATED, stored));
  if (rows * columns > limit)
    throw unsupported(tensor, source, l10n.t('has more than {0} elements', groupDigits(limit)));
}

function matrixGrid(source: ByteSource, view: MatrixView): Grid {
  const { tensor, rowStart, rows, columns, transposed } = view;
  const rowLength = transposed ? elementCount(tensor.shape) / columns : columns;
  const table = asTable(tensor, rowLength);
  const whole = table !== null && transposed ? transpose(table) : table;
  if (whole?.columns !== columns || rowStart < 0 || rowStart + rows > whole.rows) {
    const wanted = l10n.t('{0} columns and rows {1} to {2}', columns, rowStart, rowStart + rows - 1);
    throw unsupported(tensor, source, l10n.t('has no {0}', wanted));
  }
  return { ...whole, first: rowStart * whole.rowStep, rows };
}

/** All elements row by row, of a tensor whose axes lie in another order, as NumPy's Fortran order of more than two axes. */
async function rowMajor(source: ByteSource, tensor: TensorEntry, wanted: Wanted): Promise<Float64Array> {
  const { shape } = tensor;
  const strides = tensor.strides ?? [];
  const out = new Float64Array(elementCount(shape));
  const stored = await readElements(source, tensor, 0, tensor.byteLength / DTYPES[tensor.dtype].bytes, wanted);
  const position = new Array<number>(shape.length).fill(0);
  let from = 0;
  for (let i = 0; i < out.length; i++) {
    out[i] = stored[from] ?? 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (position[axis] ?? 0) + 1;
      from += strides[axis] ?? 0;
      position[axis] = next;
      if (next < (shape[axis] ?? 0)) break;
      from -= next * (strides[axis] ?? 0);
      position[axis] = 0;
    }
  }
  return out;
}

function pick(values: Float64Array, { first, rows, columns, rowStep, columnStep }: Grid): Float64Array {
  const out = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      out[row * columns + column] = values[first + row * rowStep + column * columnStep] ?? 0;
    }
  }
  return out;
}

async function read(
  source: ByteSource,
  view: MatrixView,
  others: OtherFiles | null,
  wanted: Wanted,
): Promise<Float64Array> {
  checkSize(source, view);
  const { tensor } = view;
  if (tensor.strides !== null && axes(tensor).length > 2 && elementCount(tensor.shape) <= MAX_ELEMENTS) {
    const grid = matrixGrid(source, { ...view, tensor: { ...tensor, strides: null } });
    const unpacked = await unpack(source, tensor, others);
    return pick(await rowMajor(unpacked.source, unpacked.tensor, wanted), grid);
  }
  const grid = matrixGrid(source, view);
  const unpacked = await unpack(source, tensor, others);
  return readGrid(unpacked.source, unpacked.tensor, grid, wanted);
}

/** A and B of a change, and the lengths of rows. `source` is enough where all lies in the file of the weight. */
async function readFactors(
  source: ByteSource,
  file: number,
  change: LowRankChange,
  others: OtherFiles | null,
): Promise<ChangeFactors> {
  const { down, up, magnitude, rank, inputs, outputs, parts = [0] } = change;
  const changed = changedParts(change);
  const factor = async (tensor: TensorEntry, rows: number, columns: number): Promise<Float64Array> => {
    if (tensor.file !== file && others === null) throw unsupported(tensor, source, l10n.t('lies in another file'));
    const place = others === null ? source : await others(tensor.file);
    return read(place, { tensor, rowStart: 0, rows, columns, transposed: false }, others, 'values');
  };
  return {
    down: await factor(down, rank * changed, inputs),
    up: await factor(up, (outputs / parts.length) * changed, rank),
    lengths: magnitude === undefined ? null : await factor(magnitude, outputs, 1),
  };
}

/** Adds the change of an adapter to stored elements, in place. */
async function merge(
  values: Float64Array,
  source: ByteSource,
  view: MatrixView,
  change: LowRankChange,
  others: OtherFiles | null,
): Promise<void> {
  const factors = await readFactors(source, view.tensor.file, change, others);
  addLowRank(values, view, change, factors);
  if (factors.lengths !== null && !setLengths(values, view, change, factors.lengths)) {
    throw unsupported(view.tensor, source, l10n.t('has rows of set lengths (DoRA), and was asked for parts of rows'));
  }
}

/**
 * Reads a matrix out of a checkpoint with what an adapter adds, and no other bytes where its rows lie together and are not packed.
 * @param others the other files of the checkpoint; needed only for tensors that lie in several.
 * @returns (rows, columns), row by row, as float64.
 * @throws CheckpointError when the file is too short or changed, or the tensor has no such rows.
 */
export async function readMatrixView(
  source: ByteSource,
  view: MatrixView,
  others: OtherFiles | null = null,
): Promise<Float64Array> {
  const values = await read(source, view, others, 'values');
  const { change } = view.tensor;
  if (change !== undefined) await merge(values, source, view, change, others);
  return values;
}

/** A matrix as an adapter leaves it, and what the adapter added to it; both (rows, columns). */
export interface ChangedMatrix {
  readonly merged: Float64Array;
  /** Null for a matrix that no adapter changes. */
  readonly added: Float64Array | null;
}

/** Reads a matrix and tells apart what an adapter added to it. @throws CheckpointError as `readMatrixView` does. */
export async function readChangedMatrix(
  source: ByteSource,
  view: MatrixView,
  others: OtherFiles | null = null,
): Promise<ChangedMatrix> {
  const { change } = view.tensor;
  const stored = await read(source, view, others, 'values');
  if (change === undefined) return { merged: stored, added: null };
  if (change.magnitude === undefined) {
    const added = new Float64Array(stored.length);
    await merge(added, source, view, change, others);
    for (let i = 0; i < stored.length; i++) stored[i] = (stored[i] ?? 0) + (added[i] ?? 0);
    return { merged: stored, added };
  }
  const merged = stored.slice();
  await merge(merged, source, view, change, others);
  for (let i = 0; i < stored.length; i++) stored[i] = (merged[i] ?? 0) - (stored[i] ?? 0);
  return { merged, added: stored };
}

/**
 * Distance between the values that each entry of a quantised matrix could have been stored as.
 * @returns (rows, columns), row by row; null for element types whose spacing is that of the type.
 */
export async function readMatrixSteps(
  source: ByteSource,
  view: MatrixView,
  others: OtherFiles | null = null,
): Promise<Float64Array | null> {
  const { dtype, quantisation } = view.tensor;
  return isBlockType(dtype) || quantisation !== undefined ? read(source, view, others, 'steps') : null;
}

/**
 * Reads a run of entries of a one-dimensional tensor.
 * @returns (length), as float64.
 */
export async function readVectorView(
  source: ByteSource,
  view: VectorView,
  others: OtherFiles | null = null,
): Promise<Float64Array> {
  const { tensor, start, length } = view;
  return readMatrixView(source, { tensor, rowStart: start, rows: length, columns: 1, transposed: false }, others);
}
