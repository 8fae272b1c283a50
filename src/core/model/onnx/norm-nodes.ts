import type { Operation } from '../../onnx/graph.js';
import type { GraphView } from './graph-view.js';

/** Nodes that normalise along the last axis, with the kind of norm that they are. */
export const NORM_KINDS: ReadonlyMap<string, 'layer' | 'rms'> = new Map([
  ['LayerNormalization', 'layer'],
  ['com.microsoft.LayerNormalization', 'layer'],
  ['com.microsoft.SkipLayerNormalization', 'layer'],
  ['com.microsoft.EmbedLayerNormalization', 'layer'],
  ['RMSNormalization', 'rms'],
  ['SimplifiedLayerNormalization', 'rms'],
  ['com.microsoft.SimplifiedLayerNormalization', 'rms'],
  ['com.microsoft.SkipSimplifiedLayerNormalization', 'rms'],
]);

/** The same with nodes that normalise without a gain. */
export const NORM_NODES: ReadonlySet<string> = new Set([...NORM_KINDS.keys(), 'LpNormalization']);

/** Nodes between a mean and the value that it normalises. */
const MAX_STEPS = 12;

/** True for a node in which a value meets its own mean or length, or a gain of such a norm. */
export function isNormalising(view: GraphView, { inputs, operator }: Operation, output: string): boolean {
  if (inputs.some((input) => isReduced(view, input))) return true;
  // Gain and shift of a norm, behind it.
  if (operator !== 'Mul' && operator !== 'Add') return false;
  const other = inputs.find((input) => view.isConstant(input));
  const size = view.facts.shape(output)?.at(-1) ?? null;
  const shape = other === undefined ? null : view.facts.shape(other);
  return shape?.length === 1 && shape[0] === size;
}

/** True when a value comes from a mean, sum or maximum by steps on single numbers. */
function isReduced(view: GraphView, value: string): boolean {
  let at = value;
  for (let step = 0; step < MAX_STEPS; step++) {
    const operation = view.producer(at);
    if (operation === null) return false;
    if (operation.operator.startsWith('Reduce')) return true;
    if (!['Sqrt', 'Add', 'Clip', 'Max', 'Pow', 'Reciprocal', 'Expand', 'Div', 'Cast'].includes(operation.operator))
      return false;
    const next = operation.inputs.find((input) => !view.isConstant(input));
    if (next === undefined) return false;
    at = next;
  }
  return false;
}
