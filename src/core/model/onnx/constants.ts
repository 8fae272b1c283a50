import { elementCount, holdsWeights, type TensorEntry } from '../../tensors/tensor-index.js';
import type { VectorView } from '../model.js';
import type { GraphView } from './graph-view.js';

/** A tensor of the file as a matrix of the graph. */
export interface ConstantMatrix {
  readonly tensor: TensorEntry;
  readonly rows: number;
  readonly columns: number;
  /** True when the file has it the other way round, (columns, rows). */
  readonly swapped: boolean;
}

/** Nodes between a tensor of the file and its use; exporters write two or three. */
const MAX_STEPS = 8;
const UNCHANGED = new Set(['Identity', 'Cast', 'DequantizeLinear', 'com.microsoft.DequantizeLinear', 'CastLike']);
const RESHAPES = new Set(['Reshape', 'Squeeze', 'Unsqueeze', 'Flatten']);

/** The tensor of the file that a value is, up to its type and quantisation. */
export function tensorBehind(view: GraphView, value: string): TensorEntry | null {
  return constantBehind(view, value)?.tensor ?? null;
}

/** The tensor of the file behind a value, and whether its two axes are exchanged on the way; null where it is no such thing. */
function constantBehind(view: GraphView, value: string): { tensor: TensorEntry; swapped: boolean } | null {
  let at = value;
  let swapped = false;
  for (let step = 0; step < MAX_STEPS; step++) {
    const tensor = view.tensor(at);
    if (tensor !== null) return { tensor, swapped };
    const operation = view.producer(at);
    if (operation === null) return null;
    if (operation.operator === 'Transpose') {
      const shape = view.facts.shape(at)?.filter((size) => size !== 1);
      const order = view.known(operation).attribute('perm');
      if (shape?.length !== 2 || (order !== null && order.at(-1) === order.length - 1)) return null;
      swapped = !swapped;
    } else if (!UNCHANGED.has(operation.operator) && (swapped || !RESHAPES.has(operation.operator))) return null;
    at = operation.inputs[0] ?? '';
  }
  return null;
}

/** A constant operand of a product as (rows, columns) of the graph; axes of size one are left out. */
export function constantMatrix(view: GraphView, value: string): ConstantMatrix | null {
  const found = constantBehind(view, value);
  const shape = view.facts.shape(value)?.filter((size) => size !== 1) ?? [];
  const [rows, columns] = shape;
  // Whole numbers without scales are no weights.
  if (found === null || !holdsWeights(found.tensor) || rows == null || columns == null || shape.length !== 2)
    return null;
  return elementCount(found.tensor.shape) === rows * columns ? { ...found, rows, columns } : null;
}

/** A constant of `length` entries in one row, such as a bias or a gain. */
export function constantVector(view: GraphView, value: string, length: number): VectorView | null {
  const found = constantBehind(view, value);
  if (found === null || !holdsWeights(found.tensor) || elementCount(found.tensor.shape) !== length) return null;
  return { tensor: found.tensor, start: 0, length };
}
