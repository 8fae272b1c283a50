import type { Projection, VectorView } from '../model/model.js';
import type { QueryEdit } from './edits.js';
import type { Activation, AttentionWeights, Mlp, NormWeights, WholeAttention } from './forward.js';
import { LARGEST_LOGARITHM, SHORTEST } from './cosines.js';
import { widenKeys, widenQueries, type WideningValues } from './decomposed-graph.js';
import type { GraphBuilder } from './graph-builder.js';
import type { RotationTables } from './rotation.js';

/** Queries, keys and values before they are parted into heads, each (tokens, heads x headSize), and how they meet. */
interface Heads {
  readonly query: string;
  readonly key: string;
  readonly value: string;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly headSize: number;
  readonly scale: number;
  readonly headNorms?: AttentionWeights['headNorms'];
  /** Added to the scores, (heads, tokens, tokens). */
  readonly bias?: string | null;
  /** Added to the scores of each query, (heads, 1, tokens). */
  readonly prompt?: string | null;
  readonly rotate?: ((value: string) => string) | null;
  /** Number of keys that a query attends to, those with the largest scores; null for all. */
  readonly nearestKeys?: number | null;
  /** Logarithms of the factors on cosines, (heads); absent where scores are products. */
  readonly cosine?: VectorView | null;
  /** Number of windows that the tokens are parted into, one after the other: biases are then (windows or 1, heads or 1, places, places). */
  readonly windows?: number | null;
  /** What queries make of their way to a key; absent where nothing. */
  readonly widening?: WideningValues | null;
}

/** What the attention of a layer takes beside its weights. */
export interface AttentionContext {
  readonly bias: string | null;
  readonly prompt: string | null;
  readonly rotate: ((value: string) => string) | null;
  /** In place of the stored projection of the queries. */
  readonly query: QueryEdit | null;
  readonly nearestKeys: number | null;
  readonly windows: number | null;
  readonly widening: WideningValues | null;
}

/** x W^T + b. */
export function linear(graph: GraphBuilder, x: string, { weight, bias }: Projection): string {
  const { name, transposed } = graph.matrix(weight);
  const inputs = [x, name, ...(bias === null ? [] : [graph.vector(bias)])];
  return graph.node('Gemm', inputs, { transB: { int: transposed ? 0 : 1 } });
}

function editedLinear(graph: GraphBuilder, x: string, { weight, bias }: QueryEdit): string {
  const rows = bias.length;
  const inputs = [x, graph.floats(weight, [rows, weight.length / rows]), graph.floats(bias, [rows])];
  return graph.node('Gemm', inputs, { transB: { int: 1 } });
}

/** LayerNorm or RMSNorm over the last axis. */
export function norm(graph: GraphBuilder, x: string, { kind, gain, shift, epsilon }: NormWeights): string {
  const scale = graph.vector(gain);
  if (kind === 'layer') {
    const inputs = [x, scale, ...(shift === null ? [] : [graph.vector(shift)])];
    return graph.node('LayerNormalization', inputs, { axis: { int: -1 }, epsilon: { float: epsilon } });
  }
  const square = graph.node('ReduceMean', [graph.node('Mul', [x, x]), graph.integers([-1])]);
  const safe = graph.node('Add', [square, graph.floats(Float32Array.of(epsilon), [])]);
  return graph.node('Mul', [graph.node('Div', [x, graph.node('Sqrt', [safe])]), scale]);
}

function activate(graph: GraphBuilder, x: string, activation: Activation): string {
  switch (activation) {
    case 'gelu':
      return graph.node('Gelu', [x]);
    case 'gelu-tanh':
      return graph.node('Gelu', [x], { approximate: { text: 'tanh' } });
    case 'gelu-quick': {
      const wide = graph.node('Mul', [x, graph.floats(Float32Array.of(1.702), [])]);
      return graph.node('Mul', [x, graph.node('Sigmoid', [wide])]);
    }
    case 'silu':
      return graph.node('Mul', [x, graph.node('Sigmoid', [x])]);
    case 'relu':
      return graph.node('Relu', [x]);
  }
}

/** activation(input) or activation(gate) * input, then the output map. */
export function mlp(graph: GraphBuilder, x: string, { gate, input, activation, norm: inner, output }: Mlp): string {
  const first = linear(graph, x, input);
  const hidden =
    gate === null
      ? activate(graph, first, activation)
      : graph.node('Mul', [activate(graph, linear(graph, x, gate), activation), first]);
  return linear(graph, inner === null ? hidden : norm(graph, hidden, inner), output);
}

/** Multi-head attention of tokens to each other, output projection included. */
export function selfAttention(
  graph: GraphBuilder,
  x: string,
  weights: WholeAttention,
  context: AttentionContext,
): string {
  const { heads, keyValueHeads, headSize, scale, query, key } = weights.spec;
  const joint = attend(graph, {
    ...context,
    query: context.query === null ? linear(graph, x, query) : editedLinear(graph, x, context.query),
    key: linear(graph, x, key),
    value: linear(graph, x, weights.value),
    heads,
    keyValueHeads,
    headSize,
    scale,
    headNorms: weights.headNorms,
    cosine: weights.cosine?.scale ?? null,
  });
  const normed = weights.innerNorm === null ? joint : norm(graph, joint, weights.innerNorm);
  return linear(graph, normed, weights.output);
}

/** softmax(scale q k^T + bias + prompt) v of every head, side by side: (tokens of the query, heads x headSize). */
export function attend(graph: GraphBuilder, parts: Heads): string {
  const {
    heads,
    keyValueHeads,
    headSize,
    scale,
    headNorms = null,
    bias = null,
    prompt = null,
    rotate = null,
    nearestKeys = null,
    windows = null,
    cosine = null,
    widening = null,
  } = parts;
  // Windows are an axis of their own in front of the heads.
  const axes =
    windows === null
      ? { lead: [-1], swap: [1, 0, 2], turn: [0, 2, 1] }
      : { lead: [windows, -1], swap: [0, 2, 1, 3], turn: [0, 1, 3, 2] };
  const apart = (value: string, count: number, own: NormWeights | null): string => {
    const split = graph.node('Reshape', [value, graph.integers([...axes.lead, count, headSize])]);
    const normed = own === null ? split : norm(graph, split, own);
    return graph.node('Transpose', [normed], { perm: { ints: axes.swap } });
  };
  const turned = (value: string): string => (rotate === null ? value : rotate(value));
  const shared = (value: string): string => {
    if (keyValueHeads === heads) return value;
    const from = Array.from({ length: heads }, (_, head) => Math.floor(head / (heads / keyValueHeads)));
    return graph.node('Gather', [value, graph.integers(from)]);
  };
  const compared = (value: string): string => (cosine === null ? value : unit(graph, value));
  const query = turned(apart(parts.query, heads, headNorms?.query ?? null));
  const key = shared(turned(apart(parts.key, keyValueHeads, headNorms?.key ?? null)));
  const value = shared(apart(parts.value, keyValueHeads, null));
  const factor = cosine === null ? graph.floats(Float32Array.of(scale), []) : factors(graph, cosine);
  const scaled = graph.node('Mul', [compared(query), factor]);
  const sizes = { lead: windows === null ? [heads] : [windows, heads], headSize };
  const asks = widening === null ? scaled : widenQueries(graph, { queries: query, scaled }, widening, sizes);
  const answers = widening === null ? compared(key) : widenKeys(graph, key, widening);
  const product = graph.node('MatMul', [asks, graph.node('Transpose', [answers], { perm: { ints: axes.turn } })]);
  const biased = bias === null ? product : graph.node('Add', [product, bias]);
  const scores = prompt === null ? biased : graph.node('Add', [biased, prompt]);
  const kept = nearestKeys === null ? scores : largest(graph, scores, nearestKeys);
  const mixed = graph.node('MatMul', [graph.node('Softmax', [kept], { axis: { int: -1 } }), value]);
  const together = graph.node('Transpose', [mixed], { perm: { ints: axes.swap } });
  return graph.node('Reshape', [together, graph.integers([-1, heads * headSize])]);
}

/** Vectors of length 1 along the last axis; those of zeros stay. */
function unit(graph: GraphBuilder, x: string): string {
  const square = graph.node('ReduceSum', [graph.node('Mul', [x, x]), graph.integers([-1])]);
  const length = graph.node('Max', [graph.node('Sqrt', [square]), graph.floats(Float32Array.of(SHORTEST), [])]);
  return graph.node('Div', [x, length]);
}

/** exp(min(log factor, log 100)), (heads, 1, 1). */
function factors(graph: GraphBuilder, logarithms: VectorView): string {
  const cut = graph.node('Min', [graph.vector(logarithms), graph.floats(Float32Array.of(LARGEST_LOGARITHM), [])]);
  return graph.node('Reshape', [graph.node('Exp', [cut]), graph.integers([-1, 1, 1])]);
}

/** The largest scores of each row; minus infinity elsewhere. Of equal ones the first are kept. */
function largest(graph: GraphBuilder, scores: string, count: number): string {
  const [values = '', keys = ''] = graph.split('TopK', [scores, graph.integers([count])], 2, { axis: { int: -1 } });
  const nothing = graph.node('Expand', [graph.floats(Float32Array.of(-Infinity), []), graph.node('Shape', [scores])]);
  return graph.node('ScatterElements', [nothing, keys, values], { axis: { int: -1 } });
}

/** Turns queries or keys, (heads, tokens, headSize), by the place of their patch. */
export function rotation(graph: GraphBuilder, tables: RotationTables, headSize: number): (value: string) => string {
  const dims = [tables.heads, tables.cos.length / (tables.heads * headSize), headSize];
  const cos = graph.floats(tables.cos, dims);
  const sin = graph.floats(tables.sin, dims);
  const quarterTurn = (value: string): string => {
    const [first = '', second = ''] = graph.split('Split', [value], 2, { axis: { int: -1 }, num_outputs: { int: 2 } });
    return graph.node('Concat', [graph.node('Neg', [second]), first], { axis: { int: -1 } });
  };
  const turn = (value: string): string => {
    if (tables.pairs === 'half') return quarterTurn(value);
    const pairs = graph.node('Reshape', [value, graph.integers([0, 0, headSize / 2, 2])]);
    return graph.node('Reshape', [quarterTurn(pairs), graph.integers([0, 0, headSize])]);
  };
  return (value) => graph.node('Add', [graph.node('Mul', [value, cos]), graph.node('Mul', [turn(value), sin])]);
}
