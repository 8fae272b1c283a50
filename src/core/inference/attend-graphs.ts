import { type Attribute, ELEMENT_TYPES, type GraphNode, type OnnxGraph } from './onnx/graph.js';

/** Names of the inputs and outputs of the graphs. */
export const LINEAR = { x: 'x', weight: 'weight', bias: 'bias', out: 'out' } as const;
export const ATTEND = {
  queries: 'queries',
  keys: 'keys',
  values: 'values',
  bias: 'bias',
  attention: 'attention',
  mixed: 'mixed',
  /** The number of the last axis. */
  lastAxis: 'last-axis',
} as const;

const MATRIX = [null, null] as const;

function node(
  operator: string,
  inputs: readonly string[],
  output: string,
  attributes: Readonly<Record<string, Attribute>> = {},
): GraphNode {
  return { operator, inputs, outputs: [output], attributes };
}

/** x W^T + b in float64, for matrices of any size. */
export function linearGraph(): OnnxGraph {
  const { x, weight, bias, out } = LINEAR;
  return {
    nodes: [node('Gemm', [x, weight, bias], out, { transB: { int: 1 } })],
    initializers: [],
    inputs: [
      { name: x, type: 'float64', dims: MATRIX },
      { name: weight, type: 'float64', dims: MATRIX },
      { name: bias, type: 'float64', dims: [null] },
    ],
    outputs: [{ name: out, type: 'float64', dims: MATRIX }],
  };
}

/** Float32 as float16, for values of any shape. */
export function halveGraph(): OnnxGraph {
  const { x, out } = LINEAR;
  return {
    nodes: [node('Cast', [x], out, { to: { int: ELEMENT_TYPES.float16 } })],
    initializers: [],
    inputs: [{ name: x, type: 'float32', dims: null }],
    outputs: [{ name: out, type: 'float16', dims: null }],
  };
}

/** Softmax(Q K^T + bias) in float64, given as float32, and that times V in float64. */
export function attendGraph(hasBias: boolean): OnnxGraph {
  const { queries, keys, values, bias, attention, mixed } = ATTEND;
  const scores = node('Gemm', [queries, keys], 'scores', { transB: { int: 1 } });
  const float64 = (name: string) => ({ name, type: 'float64' as const, dims: MATRIX });
  return {
    nodes: [
      scores,
      ...(hasBias ? addedBias() : []),
      node('Softmax', [hasBias ? 'biased' : 'scores'], 'shares', { axis: { int: 1 } }),
      node('Cast', ['shares'], attention, { to: { int: ELEMENT_TYPES.float32 } }),
      node('MatMul', ['shares', values], mixed),
    ],
    initializers: [],
    inputs: [
      float64(queries),
      float64(keys),
      float64(values),
      ...(hasBias ? [{ name: bias, type: 'float32' as const, dims: MATRIX }] : []),
    ],
    outputs: [{ name: attention, type: 'float32', dims: MATRIX }, float64(mixed)],
  };
}

/**
 * The softmax alone, of the heads of a layer one behind the other: scores in float64, and what each lacks of the largest of its row in float32, which takes a
 * third of the time and keeps seven digits of every share that matters.
 */
export function sharesGraph(hasBias: boolean): OnnxGraph {
  const { queries, keys, bias, attention, lastAxis } = ATTEND;
  const dims = [null, null, null] as const;
  const scores = hasBias ? 'biased' : 'scores';
  return {
    nodes: [
      node('Transpose', [keys], 'turned', { perm: { ints: [0, 2, 1] } }),
      node('MatMul', [queries, 'turned'], 'scores'),
      ...(hasBias ? addedBias() : []),
      node('ReduceMax', [scores, lastAxis], 'largest', { keepdims: { int: 1 } }),
      node('Sub', [scores, 'largest'], 'lacking'),
      node('Cast', ['lacking'], 'narrow', { to: { int: ELEMENT_TYPES.float32 } }),
      node('Softmax', ['narrow'], attention, { axis: { int: 2 } }),
    ],
    initializers: [],
    inputs: [
      { name: queries, type: 'float64', dims },
      { name: keys, type: 'float64', dims },
      { name: lastAxis, type: 'int64', dims: [1] },
      ...(hasBias ? [{ name: bias, type: 'float32' as const, dims }] : []),
    ],
    outputs: [{ name: attention, type: 'float32', dims }],
  };
}

/** The bias on the scores. */
function addedBias(): GraphNode[] {
  return [
    node('Cast', [ATTEND.bias], 'wide', { to: { int: ELEMENT_TYPES.float64 } }),
    node('Add', ['scores', 'wide'], 'biased'),
  ];
}
