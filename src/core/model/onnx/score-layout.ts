import { einsumAxes } from '../../onnx/einsum.js';
import type { Operation } from '../../onnx/graph.js';
import type { GraphView } from './graph-view.js';

/** Axes of an operand of a product, counted from the end: along which it is multiplied, and along which its tokens lie. */
export interface SideAxes {
  readonly inner: number;
  readonly tokens: number;
}

/** How queries and keys stand in the product that makes the scores. */
export interface ScoreLayout {
  readonly left: SideAxes;
  readonly right: SideAxes;
  /** True where the left operand's tokens are the last axis of the scores: keys are on the left. */
  readonly turned: boolean;
  /** True where tokens and numbers of a head are the last two axes of both. */
  readonly plain: boolean;
}

const ROWS: SideAxes = { inner: -1, tokens: -2 };
const COLUMNS: SideAxes = { inner: -2, tokens: -1 };

function isRowsOrColumns({ inner, tokens }: SideAxes): boolean {
  return inner + tokens === ROWS.inner + ROWS.tokens && inner * tokens === ROWS.inner * ROWS.tokens;
}

/** The letters of an Einsum's axes. */
function axesOf(view: GraphView, operation: Operation): ReturnType<typeof einsumAxes> {
  const ranks = operation.inputs.map((input) => view.facts.shape(input)?.length ?? null);
  return einsumAxes(operation.attributes.get('equation')?.text ?? '', ranks);
}

/** Position of a letter, counted from the end. */
function fromEnd(letters: readonly string[], letter: string): number {
  return letters.indexOf(letter) - letters.length;
}

/** The letters that are in one list and in none of the others. */
function onlyIn(one: readonly string[], ...others: readonly (readonly string[])[]): string[] {
  return one.filter((letter) => !others.some((each) => each.includes(letter)));
}

/** How the operands of a product of queries and keys stand; null for an Einsum that is none. */
export function layoutOf(view: GraphView, operation: Operation): ScoreLayout | null {
  if (operation.operator !== 'Einsum') {
    const turn = (place: 'transA' | 'transB'): boolean => view.number(operation, place) === 1;
    const [left, right] = [turn('transA') ? COLUMNS : ROWS, turn('transB') ? ROWS : COLUMNS];
    return { left, right, turned: false, plain: true };
  }
  const axes = axesOf(view, operation);
  const [one, other, ...more] = axes?.inputs ?? [];
  if (axes === null || one === undefined || other === undefined || more.length > 0) return null;
  const { output } = axes;
  const [inner, ...inners] = onlyIn(one, output);
  const [left, ...lefts] = onlyIn(one, other);
  const [right, ...rights] = onlyIn(other, one);
  if (inner === undefined || left === undefined || right === undefined || !other.includes(inner)) return null;
  if (inners.length + lefts.length + rights.length > 0) return null;
  const [before, last] = output.slice(-2);
  const turned = last === left;
  if (!(turned ? before === right : before === left && last === right)) return null;
  const sides = {
    left: { inner: fromEnd(one, inner), tokens: fromEnd(one, left) },
    right: { inner: fromEnd(other, inner), tokens: fromEnd(other, right) },
  };
  return { ...sides, turned, plain: isRowsOrColumns(sides.left) && isRowsOrColumns(sides.right) };
}

/** Where the values' heads and tokens lie in the product with the attention; null where that is not told. */
export function valueAxes(view: GraphView, operation: Operation, attention: string): SideAxes | null {
  if (operation.operator !== 'Einsum') return ROWS;
  const axes = axesOf(view, operation);
  const place = operation.inputs.indexOf(attention);
  const [weights, values] = [axes?.inputs[place], axes?.inputs[1 - place]];
  if (axes === null || weights === undefined || values === undefined) return null;
  const [tokens, ...more] = onlyIn(values, axes.output);
  const [inner, ...inners] = onlyIn(values, weights);
  if (tokens === undefined || inner === undefined || more.length + inners.length > 0) return null;
  return { inner: fromEnd(values, inner), tokens: fromEnd(values, tokens) };
}
