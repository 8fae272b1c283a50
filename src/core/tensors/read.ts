import type { ByteSource } from '../bytes/byte-source.js';
import { groupDigits, quoteName } from '../bytes/quote.js';
import { CheckpointError } from '../errors.js';
import type { MatrixView, VectorView } from '../model/model.js';
import { DTYPES } from './dtype.js';
import { readGrid, type Grid } from './grid.js';
import { elementCount, type TensorEntry } from './tensor-index.js';

/** Largest matrix worth holding as float64 (2 GiB); the query matrix of a 22-billion-parameter ViT has 38 million entries. */
const MAX_ELEMENTS = 2 ** 28;

/** A view may repeat its elements without end; more than this (128 MiB) is not spread out. */
const MAX_REPEATED = 2 ** 24;

function unsupported(tensor: TensorEntry, source: ByteSource, problem: string): CheckpointError {
  const shape = `${DTYPES[tensor.dtype].label} [${tensor.shape.join(', ')}]`;
  const advice = 'choose other tensors or save the weights as plain matrices';
  return new CheckpointError(
    'unsupported',
    source.name,
    `tensor ${quoteName(tensor.name)} (${shape}) ${problem}`,
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

function matrixGrid(source: ByteSource, view: MatrixView): Grid {
  const { tensor, rowStart, rows, columns, transposed } = view;
  if (DTYPES[tensor.dtype].kind === 'complex') throw unsupported(tensor, source, 'holds complex numbers');
  const limit = Math.min(MAX_ELEMENTS, Math.max(MAX_REPEATED, tensor.byteLength / DTYPES[tensor.dtype].bytes));
  if (rows * columns > limit) throw unsupported(tensor, source, `has more than ${groupDigits(limit)} elements`);
  const rowLength = transposed ? elementCount(tensor.shape) / columns : columns;
  const table = asTable(tensor, rowLength);
  const whole = table !== null && transposed ? transpose(table) : table;
  if (whole?.columns !== columns || rowStart < 0 || rowStart + rows > whole.rows) {
    const wanted = `${String(columns)} columns and rows ${String(rowStart)} to ${String(rowStart + rows - 1)}`;
    throw unsupported(tensor, source, `has no ${wanted}`);
  }
  return { ...whole, first: rowStart * whole.rowStep, rows };
}

/**
 * Reads a matrix out of a checkpoint, and no other bytes where its rows lie together.
 * @returns (rows, columns), row by row, as float64.
 * @throws CheckpointError when the file is too short or changed, or the tensor has no such rows.
 */
export async function readMatrixView(source: ByteSource, view: MatrixView): Promise<Float64Array> {
  return readGrid(source, view.tensor, matrixGrid(source, view));
}

/**
 * Reads a run of entries of a one-dimensional tensor.
 * @returns (length), as float64.
 */
export async function readVectorView(source: ByteSource, view: VectorView): Promise<Float64Array> {
  const { tensor, start, length } = view;
  return readMatrixView(source, { tensor, rowStart: start, rows: length, columns: 1, transposed: false });
}
