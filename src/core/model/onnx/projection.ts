import type { Operation } from '../../onnx/graph.js';
import { NBITS_PRODUCT } from '../../onnx/quantised.js';
import type { MatrixView, VectorView } from '../model.js';
import { constantMatrix, constantVector } from './constants.js';
import type { GraphView } from './graph-view.js';

/** A product of tokens with a weight of the file. */
export interface LinearMap {
  readonly operation: Operation;
  /** Names of the values that go in and come out. */
  readonly input: string;
  readonly output: string;
  /** All outputs, (outputs, inputs). */
  readonly weight: MatrixView;
  readonly bias: VectorView | null;
  /** Factor on the product. */
  readonly factor: number;
  /** Axis of the output along which the outputs lie, counted from the end. */
  readonly axis: number;
}

/** Position of the weight in the inputs of nodes that multiply from the right. */
const PRODUCTS: ReadonlyMap<string, number> = new Map([
  ['MatMul', 1],
  ['MatMulInteger', 1],
  ['com.microsoft.FusedMatMul', 1],
  ['com.microsoft.DynamicQuantizeMatMul', 1],
  ['com.microsoft.TransposeMatMul', 1],
  [NBITS_PRODUCT, 1],
]);

/** Position of the bias in those of them that have one. */
const BIASES: ReadonlyMap<string, number> = new Map([
  ['com.microsoft.DynamicQuantizeMatMul', 4],
  [NBITS_PRODUCT, 5],
]);

/** The linear map that a node is; null for every other node. */
export function linearMap(view: GraphView, operation: Operation): LinearMap | null {
  const { operator, inputs, outputs } = operation;
  const [input = ''] = inputs;
  if (view.isConstant(input)) return null;
  const place = PRODUCTS.get(operator);
  const parts = { operation, input, output: outputs[0] ?? '' };
  if (place !== undefined) {
    if (view.number(operation, 'transA') === 1) return null;
    const turned = operator === NBITS_PRODUCT || view.number(operation, 'transB') === 1;
    const weight = matrixView(view, inputs[place] ?? '', turned);
    const factor = view.number(operation, 'alpha') ?? 1;
    const bias = inputs[BIASES.get(operator) ?? inputs.length] ?? '';
    return weight && { ...parts, weight, bias: biasOf(view, bias, weight), factor, axis: -1 };
  }
  if (operator === 'Gemm') {
    if (view.number(operation, 'transA') === 1) return null;
    const weight = matrixView(view, inputs[1] ?? '', view.number(operation, 'transB') === 1);
    if (weight === null) return null;
    const factor = view.number(operation, 'alpha') ?? 1;
    // A factor on the bias other than one is written by no exporter.
    const scaled = (view.number(operation, 'beta') ?? 1) !== 1 || factor !== 1;
    return { ...parts, weight, bias: scaled ? null : biasOf(view, inputs[2] ?? '', weight), factor, axis: -1 };
  }
  return operator === 'Conv' ? pointwise(view, operation) : null;
}

/** A convolution of single pixels: the same map for each of them. */
function pointwise(view: GraphView, operation: Operation): LinearMap | null {
  const [input = '', weightName = '', biasName = ''] = operation.inputs;
  const shape = view.facts.shape(weightName) ?? [];
  const group = view.number(operation, 'group') ?? 1;
  if (shape.length < 3 || group !== 1 || shape.slice(2).some((size) => size !== 1)) return null;
  const weight = matrixView(view, weightName, true);
  if (weight === null) return null;
  const bias = biasOf(view, biasName, weight);
  const axis = 1 - shape.length;
  return { operation, input, output: operation.outputs[0] ?? '', weight, bias, factor: 1, axis };
}

/** @param turned true when the graph has the operand as (outputs, inputs). */
function matrixView(view: GraphView, value: string, turned: boolean): MatrixView | null {
  const matrix = constantMatrix(view, value);
  if (matrix === null) return null;
  const [rows, columns] = turned ? [matrix.rows, matrix.columns] : [matrix.columns, matrix.rows];
  return { tensor: matrix.tensor, rowStart: 0, rows, columns, transposed: matrix.swapped === turned };
}

function biasOf(view: GraphView, value: string, { rows }: MatrixView): VectorView | null {
  return value === '' ? null : constantVector(view, value, rows);
}
