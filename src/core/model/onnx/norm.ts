import type { Operation } from '../../onnx/graph.js';
import type { Norm } from '../model.js';
import { constantVector } from './constants.js';
import type { GraphView } from './graph-view.js';
import { NORM_KINDS } from './norm-nodes.js';
import { UNCHANGED } from './trace.js';

/** The norm in front of a projection. */
export interface FoundNorm {
  readonly norm: Norm;
  /** Name of the value that comes out of it. */
  readonly output: string;
  /** True when it feeds the sum around the attention too, as in post-norm models. */
  readonly isResidual: boolean;
  /** True when tokens are parted into windows behind it. */
  readonly windowed: boolean;
}

/** Nodes between a norm and the projection; window partitions take some fifteen. */
const MAX_STEPS = 40;
/** Nodes one behind the other that only change a type. */
const MAX_CASTS = 3;
/** Axes of tokens while they are parted into windows. */
const WINDOW_AXES = 6;

/** Nodes that only choose and reorder tokens. */
const REORDERING = new Set(
  'Reshape Transpose Squeeze Unsqueeze Slice Gather Concat Pad Flatten Split com.microsoft.NhwcTranspose'.split(' '),
);

/** The norm whose output, in whatever order of tokens, is the value; null where something else feeds it. */
export function findNorm(view: GraphView, value: string, width: number): FoundNorm | null {
  let at = value;
  let windowed = false;
  let isResidual = false;
  for (let step = 0; step < MAX_STEPS; step++) {
    isResidual ||= feedsSum(view, at);
    const norm = normBehind(view, at, width);
    if (norm !== null) return { norm, output: at, isResidual, windowed };
    const operation = view.producer(at);
    if (operation === null) return null;
    if (!UNCHANGED.has(operation.operator) && !REORDERING.has(operation.operator)) return null;
    windowed ||= operation.operator === 'Reshape' && (view.facts.shape(at)?.length ?? 0) >= WINDOW_AXES;
    const next = operation.inputs.find((input) => input !== '' && !view.isConstant(input));
    if (next === undefined) return null;
    at = next;
  }
  return null;
}

/** The norm whose output both query and key read; null where they read different values. */
export function sharedNorm(view: GraphView, query: string, key: string, width: number): FoundNorm | null {
  const norm = findNorm(view, query, width);
  if (norm === null || query === key) return norm;
  return findNorm(view, key, width)?.output === norm.output ? norm : null;
}

/** The norm that makes a value; null where none does. */
function normBehind(view: GraphView, value: string, width: number): Norm | null {
  const operation = view.producer(value);
  if (operation === null) return null;
  const kind = NORM_KINDS.get(operation.operator);
  if (kind === undefined) return normInPieces(view, operation, width);
  if (value !== operation.outputs[0]) return null;
  const hasSkip = operation.operator.includes('Skip');
  const [gainAt, shiftAt] = operation.operator.endsWith('EmbedLayerNormalization') ? [5, 6] : hasSkip ? [2, 3] : [1, 2];
  const gain = constantVector(view, operation.inputs[gainAt] ?? '', width);
  if (gain === null) return null;
  const shift = kind === 'rms' ? null : constantVector(view, operation.inputs[shiftAt] ?? '', width);
  return { kind, gain, shift };
}

/** A norm written out: (x - mean) / deviation * gain + shift, in one of the orders that exporters write. */
function normInPieces(view: GraphView, last: Operation, width: number): Norm | null {
  const tensorflow = normOfTensorflow(view, last, width);
  if (tensorflow !== null) return tensorflow;
  let operation: Operation | null = last;
  let shift: Norm['shift'] = null;
  if (operation.operator === 'Add') {
    const added = withConstant(view, operation, width);
    if (added === null) return null;
    shift = added.vector;
    operation = view.producer(added.other);
  }
  if (operation === null) return null;
  const scaled = operation.operator === 'Mul' ? withConstant(view, operation, width) : null;
  const gain = scaled?.vector ?? null;
  // Without gain and shift this could be any quotient; it is a norm only by its parts.
  const inner = scaled === null ? operation : view.producer(skipCasts(view, scaled.other));
  const kind = inner === null ? null : standardised(view, inner);
  return kind === null ? null : { kind, gain, shift };
}

function withConstant(
  view: GraphView,
  { inputs: [one = '', other = ''] }: Operation,
  width: number,
): { vector: NonNullable<Norm['gain']>; other: string } | null {
  for (const [constant, rest] of [
    [one, other],
    [other, one],
  ] as const) {
    const vector = view.isConstant(constant) ? constantVector(view, constant, width) : null;
    if (vector !== null && !view.isConstant(rest)) return { vector, other: rest };
  }
  return null;
}

/** What a node is that divides tokens by their deviation (`layer`) or their length (`rms`); null for any other. */
function standardised(view: GraphView, operation: Operation): 'layer' | 'rms' | null {
  const [one = '', other = ''] = operation.inputs;
  if (operation.operator === 'Div') return isDeviation(view, other, false) ? centredOr(view, one) : null;
  if (operation.operator !== 'Mul') return null;
  if (isDeviation(view, other, true)) return centredOr(view, one);
  return isDeviation(view, one, true) ? centredOr(view, other) : null;
}

function centredOr(view: GraphView, value: string): 'layer' | 'rms' {
  const operation = view.producer(skipCasts(view, value));
  if (operation?.operator !== 'Sub') return 'rms';
  return isMean(view, operation.inputs[1] ?? '') ? 'layer' : 'rms';
}

/** True for sqrt(mean(..) + epsilon), or one over it. */
function isDeviation(view: GraphView, value: string, inverse: boolean): boolean {
  const operation = view.producer(skipCasts(view, value));
  if (operation === null) return false;
  const [one = '', other = ''] = operation.inputs;
  if (operation.operator === 'Sqrt') return !inverse && isMean(view, skipEpsilon(view, one));
  if (operation.operator === 'Reciprocal') return inverse && isDeviation(view, one, false);
  if (operation.operator === 'Div') return inverse && view.facts.scalar(one) === 1 && isDeviation(view, other, false);
  const power = operation.operator === 'Pow' ? view.facts.scalar(other) : null;
  return power === (inverse ? -0.5 : 0.5) && isMean(view, skipEpsilon(view, one));
}

function skipEpsilon(view: GraphView, value: string): string {
  const operation = view.producer(skipCasts(view, value));
  if (operation?.operator !== 'Add' && operation?.operator !== 'Max') return value;
  return operation.inputs.find((input) => !view.isConstant(input)) ?? value;
}

function isMean(view: GraphView, value: string): boolean {
  return view.producer(skipCasts(view, value))?.operator === 'ReduceMean';
}

function skipCasts(view: GraphView, value: string): string {
  let at = value;
  for (let step = 0; step < MAX_STEPS; step++) {
    const operation = view.producer(at);
    if (operation === null || !UNCHANGED.has(operation.operator)) return at;
    at = operation.inputs[0] ?? '';
  }
  return at;
}

/** x * (gain / deviation) + (shift - mean * (gain / deviation)), as Keras layers are converted. */
function normOfTensorflow(view: GraphView, operation: Operation, width: number): Norm | null {
  if (operation.operator !== 'Add') return null;
  const parts = operation.inputs.map((input) => view.producer(input));
  const product = parts.find((part) => part?.operator === 'Mul');
  const rest = parts.find((part) => part?.operator === 'Sub');
  if (product == null || rest == null) return null;
  const shift = constantVector(view, rest.inputs[0] ?? '', width);
  for (const input of product.inputs) {
    const factor = view.producer(input);
    const scaled = factor?.operator === 'Mul' ? withConstant(view, factor, width) : null;
    if (scaled !== null && isDeviation(view, scaled.other, true)) return { kind: 'layer', gain: scaled.vector, shift };
  }
  return null;
}

/** True when a value also goes into a sum of two things that depend on the input, as around an attention. */
function feedsSum(view: GraphView, value: string, depth = 0): boolean {
  return view.consumers(value).some(({ operator, inputs, outputs }) => {
    if (UNCHANGED.has(operator) && depth < MAX_CASTS) return feedsSum(view, outputs[0] ?? '', depth + 1);
    if (operator.startsWith('com.microsoft.Skip')) return inputs[0] === value || inputs[1] === value;
    return operator === 'Add' && inputs.every((input) => !view.isConstant(input));
  });
}
