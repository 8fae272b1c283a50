import * as l10n from '@vscode/l10n';
import type { Operation } from '../../onnx/graph.js';
import { type DeclinedAttention, type FoundAttention, type Meeting, noInput } from './attention.js';
import type { GraphView } from './graph-view.js';
import { sharedNorm } from './norm.js';
import { type Operand, operandOf } from './operand.js';
import { linearMap } from './projection.js';
import { layoutOf, type ScoreLayout, type SideAxes, valueAxes } from './score-layout.js';
import { originOf, trace, UNCHANGED } from './trace.js';

/** Nodes between the product of queries and keys and the softmax. */
const MAX_STEPS = 24;
const MAX_LOOKED_AT = 100;
/** Nodes between the softmax and its product with the values, and from there to the output projection. */
const MAX_BEHIND = 16;

const SOFTMAX = new Set(['Softmax', 'com.microsoft.BiasSoftmax']);
const BETWEEN = new Set(
  'Add Sub Mul Div Where Reshape Transpose Unsqueeze Squeeze Max Min Tanh Expand Slice'.split(' '),
);
/** Those of them that change the scores themselves by more than a factor. */
const BENDING = new Set('Sub Max Min Tanh Slice'.split(' '));
const PRODUCT = new Set(['MatMul', 'com.microsoft.FusedMatMul', 'com.microsoft.TransposeMatMul', 'Einsum']);
const BEHIND = new Set('Where Reshape Transpose Squeeze Unsqueeze Mul Slice Gather'.split(' '));

/** The product of queries and keys in front of a softmax. */
interface Scores {
  readonly product: Operation;
  readonly factor: number | null;
  /** True when rows and columns are exchanged on the way to the softmax. */
  readonly turned: boolean;
  readonly causal: boolean;
  readonly biased: boolean;
  readonly normalised: boolean;
  /** True when nothing but factors comes between product and softmax. */
  readonly direct: boolean;
}

/** The attention that a softmax is part of; null for the softmax of a classifier or the like. */
export function attentionOfSoftmax(view: GraphView, softmax: Operation): FoundAttention | DeclinedAttention | null {
  if (!SOFTMAX.has(softmax.operator)) return null;
  const scores = scoresOf(view, softmax);
  if (scores === null) return null;
  if (scores === 'mixed') {
    const problem = l10n.t(
      'its heads are mixed with each other before the softmax (talking heads): no head has scores of its own',
    );
    return lookBehind(view, softmax.outputs[0] ?? '', true) === null ? null : { operation: softmax, problem };
  }
  const decline = (problem: string): DeclinedAttention => ({ operation: softmax, problem });
  const [one = '', other = ''] = scores.product.inputs;
  const behind = lookBehind(view, softmax.outputs[0] ?? '');
  // Nothing is weighted by it: not an attention.
  if (behind === null) return null;
  const layout = layoutOf(view, scores.product);
  if (layout === null) return decline(l10n.t('its scores are an Einsum that is no product of queries and keys'));
  const turned = scores.turned !== layout.turned;
  const left = sideOf(view, one, layout.left);
  const right = sideOf(view, other, layout.right);
  if (typeof left === 'string') return decline(`${turned ? l10n.t('the key') : l10n.t('the query')}: ${left}`);
  if (typeof right === 'string') return decline(`${turned ? l10n.t('the query') : l10n.t('the key')}: ${right}`);
  const [query, key] = turned ? [right, left] : [left, right];
  const meeting = meetingOf(view, { ...scores, turned }, layout);
  return found(view, { softmax, scores, query, key, behind, meeting });
}

interface Parts {
  readonly softmax: Operation;
  readonly scores: Scores;
  readonly query: Operand;
  readonly key: Operand;
  readonly behind: Behind;
  readonly meeting: FoundAttention['meeting'];
}

function found(
  view: GraphView,
  { softmax, scores, query, key, behind, meeting }: Parts,
): FoundAttention | DeclinedAttention {
  const width = query.projection.weight.columns;
  const mismatch = mismatchOf(query, key);
  if (mismatch !== null) return { operation: softmax, problem: mismatch };
  const factor = product(scores.factor, query.traced.factor, key.traced.factor);
  const alpha = view.number(scores.product, 'alpha') ?? 1;
  const { map } = query.traced;
  const [queryInput, keyInput] = [originOf(view, map.input), originOf(view, key.traced.map.input)];
  return {
    operation: softmax,
    heads: query.heads,
    keyValueHeads: key.heads,
    headSize: query.headSize,
    width,
    query: query.projection,
    key: key.projection,
    value: behind.value === null ? null : valueOf(view, behind.value),
    scale: factor === null ? null : factor * alpha,
    norm: sharedNorm(view, queryInput, keyInput, width),
    normalised: scores.normalised || query.traced.normalised || key.traced.normalised,
    rotated: query.traced.rotated || key.traced.rotated,
    causal: scores.causal,
    biased: scores.biased,
    queryInput,
    keyInput,
    meeting,
    result: behind.result,
    projection: map.operation,
    outputProjection: behind.projection,
  };
}

/** Query and key where they meet; null where their axes stand in another order than those of a plain product. */
function meetingOf(
  view: GraphView,
  { product: operation, factor, turned, direct }: Scores,
  layout: ScoreLayout,
): Meeting | null {
  if (!direct || factor === null || !layout.plain) return null;
  const [one = '', other = ''] = operation.inputs;
  const left = { value: one, tokensLast: layout.left.tokens === -1 };
  const right = { value: other, tokensLast: layout.right.tokens === -1 };
  const [query, key] = turned ? [right, left] : [left, right];
  return { query, key, factor: factor * (view.number(operation, 'alpha') ?? 1) };
}

/** The product of factors; null where one is not known. */
export function product(...factors: readonly (number | null)[]): number | null {
  return factors.reduce<number | null>((all, each) => (all === null || each === null ? null : all * each), 1);
}

/** Why query and key do not fit together. */
export function mismatchOf(query: Operand, key: Operand): string | null {
  if (query.headSize !== key.headSize)
    return l10n.t('its query heads are {0} wide and its key heads {1}', query.headSize, key.headSize);
  if (query.heads % key.heads !== 0)
    return l10n.t('its {0} query heads cannot share {1} key heads', query.heads, key.heads);
  const [one, other] = [query.projection.weight.columns, key.projection.weight.columns];
  return one === other
    ? null
    : l10n.t('its query reads {0} numbers a token and its key {1}: they read different streams', one, other);
}

/** Query or key behind an operand of the product, whose axes are counted from the end. */
function sideOf(view: GraphView, value: string, { inner, tokens }: ScoreLayout['left']): Operand | string {
  if (view.isConstant(value)) return noInput();
  const traced = trace(view, value);
  if (typeof traced === 'string') return traced;
  const rank = traced.arrangement.axes.length;
  if (view.isConstant(traced.map.input)) return noInput();
  return operandOf(traced, rank + inner, rank + tokens);
}

/** The value projection, where it can be told. */
function valueOf(view: GraphView, { value, inner, tokens }: ValueSide): FoundAttention['value'] {
  const traced = trace(view, value);
  if (typeof traced === 'string') return null;
  const rank = traced.arrangement.axes.length;
  const operand = operandOf(traced, rank + inner, rank + tokens);
  return typeof operand === 'string' ? null : operand.projection;
}

/** A value on the way up from a softmax. */
interface Place {
  readonly value: string;
  readonly scores: Omit<Scores, 'product'>;
  readonly depth: number;
}

/** The product in front of a softmax, by the shortest way; `mixed` behind a linear map, null where there is none. */
function scoresOf(view: GraphView, softmax: Operation): Scores | 'mixed' | null {
  const [start = ''] = softmax.inputs;
  const axis = view.number(softmax, 'axis') ?? -1;
  const rank = view.facts.shape(start)?.length ?? null;
  // A softmax over the last axis but one goes over the rows: keys are the left operand.
  const overRows = axis === -2 || (rank !== null && axis === rank - 2);
  const biased = softmax.operator === 'com.microsoft.BiasSoftmax' && hasHeads(view, softmax.inputs[1] ?? '');
  const direct = softmax.operator === 'Softmax';
  const scores = { factor: 1, turned: overRows, causal: false, biased, normalised: false, direct };
  const queue: Place[] = [{ value: start, scores, depth: 0 }];
  const seen = new Set([start]);
  let isMixed = false;
  for (const { value, scores: until, depth } of queue) {
    const operation = view.producer(value);
    if (operation === null || depth > MAX_STEPS || seen.size > MAX_LOOKED_AT) continue;
    const map = linearMap(view, operation);
    if (PRODUCT.has(operation.operator) && map === null) return { ...until, product: operation };
    isMixed ||= map !== null;
    if (!BETWEEN.has(operation.operator) && !UNCHANGED.has(operation.operator)) continue;
    for (const input of operation.inputs) {
      if (input === '' || view.isConstant(input) || seen.has(input)) continue;
      seen.add(input);
      queue.push({ value: input, scores: passed(view, operation, input, until), depth: depth + 1 });
    }
  }
  return isMixed ? 'mixed' : null;
}

/** What a node between product and softmax does to the scores. */
function passed(
  view: GraphView,
  operation: Operation,
  input: string,
  scores: Omit<Scores, 'product'>,
): Omit<Scores, 'product'> {
  const { operator, inputs } = operation;
  const others = inputs.filter((each) => each !== input && each !== '');
  const [other = ''] = others;
  if (operator === 'Mul' || operator === 'Div') {
    const number = view.facts.scalar(other);
    // A factor for each head belongs to cosine attention.
    if (number === null) return { ...scores, factor: null, normalised: true, direct: false };
    const factor = scores.factor === null ? null : operator === 'Mul' ? scores.factor * number : scores.factor / number;
    return { ...scores, factor };
  }
  if (operator === 'Transpose') {
    const order = operation.attributes.get('perm')?.numbers ?? [];
    const exchanges = order.length > 1 && order.at(-1) === order.length - 2;
    return { ...scores, turned: scores.turned !== exchanges };
  }
  if (operator === 'Add' || operator === 'Where') {
    const causal = scores.causal || others.some((each) => comesFromTriangle(view, each));
    return { ...scores, causal, biased: scores.biased || (operator === 'Add' && hasHeads(view, other)), direct: false };
  }
  return BENDING.has(operator) ? { ...scores, direct: false } : scores;
}

/** True for something with a part of its own for each head, such as a table of relative positions. */
function hasHeads(view: GraphView, value: string): boolean {
  const shape = view.facts.shape(value) ?? [];
  if (shape.length < 3) return false;
  const heads = shape.at(-3) ?? null;
  // A table whose heads the exporter left open does not depend on the input; a mask does.
  return heads === null ? shape.length === 4 && view.isConstant(value) : heads > 1;
}

/** True when a mask is made by cutting a triangle. */
export function comesFromTriangle(view: GraphView, value: string): boolean {
  let values = [value];
  const { causalMasks } = view.graph;
  for (let step = 0; step < MAX_STEPS && values.length > 0 && values.length < MAX_LOOKED_AT; step++) {
    const operations = values.flatMap((each) => view.producer(each) ?? []);
    if (operations.some(({ operator }) => operator === 'Trilu') || values.some((each) => causalMasks.has(each)))
      return true;
    values = operations.flatMap(({ inputs }) => inputs.filter((input) => input !== ''));
  }
  return false;
}

/** Values, with the axes of a head and of the tokens counted from the end. */
interface ValueSide extends SideAxes {
  readonly value: string;
}

/** What is done with the attention. */
interface Behind {
  /** The values that are summed. */
  readonly value: ValueSide | null;
  readonly result: string | null;
  readonly projection: Operation | null;
}

/**
 * Follows the softmax to its product with the values, and on to the output projection; null where there is no such product.
 * @param isMixed true to go through linear maps between heads.
 */
function lookBehind(view: GraphView, attention: string, isMixed = false): Behind | null {
  let at = attention;
  for (let step = 0; step < MAX_BEHIND; step++) {
    const users = view.consumers(at);
    const product = users.find((each) => PRODUCT.has(each.operator) && linearMap(view, each) === null);
    if (product !== undefined) {
      const value = product.inputs.find((input) => input !== at);
      const axes = value === undefined ? null : valueAxes(view, product, at);
      const side = value === undefined || axes === null ? null : { value, ...axes };
      return { value: side, ...outputOf(view, product.outputs[0] ?? '') };
    }
    const next = users.find((each) => {
      if (BEHIND.has(each.operator) || UNCHANGED.has(each.operator)) return true;
      return isMixed && (each.operator === 'Add' || linearMap(view, each) !== null);
    });
    if (next === undefined) return null;
    at = next.outputs[0] ?? '';
  }
  return null;
}

/** The results of the heads side by side, and the projection that reads them. */
export function outputOf(view: GraphView, value: string): Pick<Behind, 'result' | 'projection'> {
  let at = value;
  for (let step = 0; step < MAX_BEHIND; step++) {
    const projection = view.consumers(at).find((each) => linearMap(view, each)?.input === at);
    if (projection !== undefined) return { result: originOf(view, at), projection };
    const [next, ...others] = view.consumers(at).filter(({ operator }) => operator !== 'Shape');
    if (next === undefined || others.length > 0) break;
    if (!BEHIND.has(next.operator) && !UNCHANGED.has(next.operator)) break;
    at = next.outputs[0] ?? '';
  }
  return { result: null, projection: null };
}
