import type { ComputationGraph, Operation } from './graph.js';

/** A product with a weight of few bits, in blocks with scales of their own; the weight is (outputs, inputs). */
export const NBITS_PRODUCT = 'com.microsoft.MatMulNBits';

/** Whole numbers in the file that stand for scaled ones; names of values. */
export interface QuantisedValue {
  readonly value: string;
  readonly scale: string;
  /** Empty where it is zero. */
  readonly zeroPoint: string;
  /** Axis along which scales differ, where there are several; it may count from the end. */
  readonly axis: number;
  /** Neighbours along that axis that share a scale, in blocked quantisation; 0 where each position has its own. */
  readonly block: number;
}

/** Positions of a quantised operand among the inputs of a node: whole numbers, scale, zero point; axis of several scales. */
type Operand = readonly [weight: number, scale: number, zeroPoint: number, axis: number];

/** Nodes that take quantised operands with their scales. */
const OPERANDS: ReadonlyMap<string, readonly Operand[]> = new Map<string, readonly Operand[]>([
  ['QLinearMatMul', [[3, 4, 5, -1]]],
  ['QLinearConv', [[3, 4, 5, 0]]],
  ['com.microsoft.QGemm', [[3, 4, 5, -1]]],
  [
    'com.microsoft.QLinearAdd',
    [
      [0, 1, 2, -1],
      [3, 4, 5, -1],
    ],
  ],
  [
    'com.microsoft.QLinearMul',
    [
      [0, 1, 2, -1],
      [3, 4, 5, -1],
    ],
  ],
  ['com.microsoft.DynamicQuantizeMatMul', [[1, 2, 3, -1]]],
  ['com.microsoft.QAttention', [[1, 4, 7, -1]]],
]);

/** Nodes that compute with whole numbers what others do with fractions: the plain node, and its operands among the inputs. */
const PLAIN: ReadonlyMap<string, readonly [operator: string, operands: readonly number[]]> = new Map([
  ['QLinearMatMul', ['MatMul', [0, 3]]],
  ['QLinearConv', ['Conv', [0, 3, 8]]],
  ['com.microsoft.QGemm', ['Gemm', [0, 3, 6]]],
  ['com.microsoft.QLinearAdd', ['Add', [0, 3]]],
  ['com.microsoft.QLinearMul', ['Mul', [0, 3]]],
  ['com.microsoft.QLinearSoftmax', ['Softmax', [0]]],
  ['com.microsoft.QLinearSigmoid', ['Sigmoid', [0]]],
  ['com.microsoft.QLinearLeakyRelu', ['LeakyRelu', [0]]],
]);

/** A node as it would be without quantisation. */
export function withoutQuantisation(operation: Operation): Operation {
  if (operation.operator === 'com.microsoft.QLinearConcat') {
    // Scale and zero point of the result, then of each part behind it.
    const inputs = operation.inputs.filter((_, place) => place > 1 && place % 3 === 2);
    return { ...operation, operator: 'Concat', inputs };
  }
  const plain = PLAIN.get(operation.operator);
  if (plain === undefined) return operation;
  const [operator, operands] = plain;
  return { ...operation, operator, inputs: operands.flatMap((place) => operation.inputs[place] ?? []) };
}

const DEQUANTIZE = new Set(['DequantizeLinear', 'com.microsoft.DequantizeLinear']);

/** All whole numbers of a graph that stand for scaled ones. */
export function findQuantised(graph: Pick<ComputationGraph, 'operations' | 'tensors'>): QuantisedValue[] {
  const consumers = new Map<string, Operation[]>();
  for (const operation of graph.operations) {
    for (const input of operation.inputs) {
      const list = consumers.get(input) ?? [];
      consumers.set(input, list);
      list.push(operation);
    }
  }
  return graph.operations
    .flatMap((operation) => quantisedOperands(operation, consumers, graph.tensors))
    .filter(({ value }) => graph.tensors.has(value));
}

function quantisedOperands(
  operation: Operation,
  consumers: ReadonlyMap<string, readonly Operation[]>,
  tensors: ReadonlyMap<string, string>,
): QuantisedValue[] {
  const { operator, inputs, attributes } = operation;
  const number = (name: string, otherwise: number): number => attributes.get(name)?.numbers?.[0] ?? otherwise;
  if (DEQUANTIZE.has(operator)) {
    const [value = '', scale = '', zeroPoint = ''] = inputs;
    return [{ value, scale, zeroPoint, axis: number('axis', 1), block: number('block_size', 0) }];
  }
  if (operator === 'MatMulInteger' || operator === 'ConvInteger') {
    const scale = scaleBehind(operation, consumers, tensors);
    const axis = operator === 'MatMulInteger' ? -1 : 0;
    return scale === null ? [] : [{ value: inputs[1] ?? '', scale, zeroPoint: inputs[3] ?? '', axis, block: 0 }];
  }
  const turned = operator === 'com.microsoft.QGemm' && number('transB', 0) === 1;
  return (OPERANDS.get(operator) ?? []).map(([weight, scale, zeroPoint, axis]) => ({
    value: inputs[weight] ?? '',
    scale: inputs[scale] ?? '',
    zeroPoint: inputs[zeroPoint] ?? '',
    axis: turned ? 0 : axis,
    block: 0,
  }));
}

/** The weight's scale of an integer product, which stands in the Mul behind it: product x (scale of x * scale of W). */
function scaleBehind(
  operation: Operation,
  consumers: ReadonlyMap<string, readonly Operation[]>,
  tensors: ReadonlyMap<string, string>,
): string | null {
  const next = (value: string, operator: string): Operation | undefined =>
    consumers.get(value)?.find((each) => each.operator === operator);
  const cast = next(operation.outputs[0] ?? '', 'Cast');
  const product = cast === undefined ? undefined : next(cast.outputs[0] ?? '', 'Mul');
  const other = product?.inputs.find((input) => input !== cast?.outputs[0]);
  if (other === undefined) return null;
  if (tensors.has(other)) return other;
  for (const [name, uses] of consumers) {
    if (tensors.has(name) && uses.some((each) => each.operator === 'Mul' && each.outputs[0] === other)) return name;
  }
  return null;
}
