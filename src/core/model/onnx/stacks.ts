import type { Tower } from '../model.js';
import { type DeclinedAttention, type FoundAttention, noInput } from './attention.js';
import type { GraphView } from './graph-view.js';

/** Attentions that follow each other. */
export interface GraphStack {
  readonly tower: Tower;
  readonly attentions: readonly FoundAttention[];
  /** The graph's inputs that its first layer depends on, one bit each. */
  readonly sources: number;
}

/** A stack that is being put together. */
interface Growing {
  readonly isCross: boolean;
  readonly part: number;
  readonly attentions: FoundAttention[];
  readonly first: number;
  sources: number;
  width: number;
}

/** More stacks than any graph has. */
const MAX_STACKS = 32;

/** Parts the attentions of a graph, which are in the order of its nodes, into stacks. */
export function stacksOf(view: GraphView, attentions: readonly (FoundAttention | DeclinedAttention)[]): GraphStack[] {
  const stacks: Growing[] = [];
  let part = 0;
  for (const attention of attentions) {
    if ('problem' in attention) {
      // Queries out of nothing start something new: a pooling head, a decoder of objects.
      if (attention.problem.includes(noInput())) part++;
      continue;
    }
    const sources = view.sources(attention.queryInput);
    const isCross = !isOfOneStream(view, attention);
    // A later layer depends on all that an earlier one does. Layers never get narrower inside an encoder.
    const fitting = (stack: Growing): boolean =>
      stack.isCross === isCross &&
      stack.part === part &&
      (stack.sources & sources) === stack.sources &&
      attention.width >= stack.width;
    const stack = [...stacks].reverse().find(fitting);
    if (stack === undefined) {
      stacks.push({ isCross, part, attentions: [attention], first: sources, sources, width: attention.width });
      continue;
    }
    stack.attentions.push(attention);
    stack.sources |= sources;
    stack.width = attention.width;
  }
  const kept = stacks.slice(0, MAX_STACKS);
  return kept.map((stack, index) => ({
    attentions: stack.attentions,
    sources: stack.first,
    tower: towerOf(
      view,
      stack,
      kept.slice(0, index),
      kept.some(({ isCross }) => isCross),
    ),
  }));
}

/** Nodes between the tokens and fewer tokens that are made of them for keys. */
const MAX_STEPS = 24;
const MAX_LOOKED_AT = 120;

/** True where keys are made of what queries read, or of what that is made of by choosing tokens: no other stream. */
function isOfOneStream(view: GraphView, { queryInput, keyInput, norm }: FoundAttention): boolean {
  if (queryInput === keyInput || norm !== null) return true;
  let values = [keyInput];
  const seen = new Set(values);
  for (let step = 0; step < MAX_STEPS && seen.size < MAX_LOOKED_AT; step++) {
    values = values
      .flatMap((value) => view.producer(value)?.inputs ?? [])
      .filter((value) => value !== '' && !view.isConstant(value) && !seen.has(value));
    if (values.includes(queryInput)) return true;
    for (const value of values) seen.add(value);
  }
  return false;
}

/** What a stack works on, by the inputs that it depends on. */
function towerOf(view: GraphView, { isCross, first }: Growing, before: readonly Growing[], hasCross: boolean): Tower {
  if (isCross) return 'cross';
  const inputs = view.graph.inputs.filter(({ name }) => (view.sources(name) & first) !== 0);
  if (before.some((stack) => !stack.isCross && stack.first === first)) return 'decoder';
  if (inputs.some(({ shape, dtype }) => shape?.length === 4 && dtype !== 'I64')) return 'vision';
  if (inputs.some(({ name }) => /audio|feature|speech|wave|input_values|mel/iu.test(name))) {
    return hasCross ? 'encoder' : 'audio';
  }
  const isText = inputs.some(({ dtype }) => dtype === 'I64' || dtype === 'I32');
  return isText ? (hasCross ? 'decoder' : 'text') : 'unknown';
}
