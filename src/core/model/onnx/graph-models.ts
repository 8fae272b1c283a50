import type { TensorIndex } from '../../tensors/tensor-index.js';
import type { DeclinedAttention, FoundAttention } from './attention.js';
import { fusedAttention } from './fused.js';
import { GraphView } from './graph-view.js';
import { attentionOfSoftmax } from './scores.js';
import { type GraphStack, stacksOf } from './stacks.js';

/** A stack of a graph under the name that its model gets. */
export interface GraphModel {
  readonly name: string;
  readonly stack: GraphStack;
}

/** All that attention there is in a graph. */
export interface GraphAttention {
  readonly view: GraphView;
  readonly models: readonly GraphModel[];
  readonly declined: readonly DeclinedAttention[];
}

/** More attentions than any model has; 4,096 take less than a second. */
const MAX_ATTENTIONS = 4_096;

/** Finds the attention in the graph of a checkpoint; null where it has no graph. */
export function findGraphAttention(index: TensorIndex): GraphAttention | null {
  if (index.graph === undefined) return null;
  const view = new GraphView(index.graph, index.tensors);
  const all: (FoundAttention | DeclinedAttention)[] = [];
  for (const operation of index.graph.operations) {
    if (all.length >= MAX_ATTENTIONS) break;
    const attention = fusedAttention(view, operation) ?? attentionOfSoftmax(view, operation);
    if (attention !== null) all.push(attention);
  }
  const declined = all.filter((each) => 'problem' in each);
  return { view, models: named(stacksOf(view, all)), declined };
}

/** The models of a graph; null where the checkpoint has none. */
export function graphModels(index: TensorIndex): readonly GraphModel[] | null {
  return findGraphAttention(index)?.models ?? null;
}

/** Each stack is called by its tower, with a number behind it where that is not enough. */
function named(stacks: readonly GraphStack[]): GraphModel[] {
  const used = new Map<string, number>();
  return stacks.map((stack) => {
    const base = stack.tower === 'unknown' ? 'model' : stack.tower;
    const number = (used.get(base) ?? 0) + 1;
    used.set(base, number);
    return { name: number === 1 ? base : `${base}-${String(number)}`, stack };
  });
}
