import * as l10n from '@vscode/l10n';
import type { Operation } from '../../onnx/graph.js';
import { axesOf, sliceOf, sliceRange, splitSizes } from '../../onnx/shape-rules.js';
import type { VectorView } from '../model.js';
import { type Arrangement, arrange, cut, drop, insert, permute, reshape, sizeOf, withAxis } from './axes.js';
import { constantVector } from './constants.js';
import type { GraphView } from './graph-view.js';
import { type LinearMap, linearMap } from './projection.js';
import { isNormalising, NORM_NODES } from './norm-nodes.js';

/** The value that another is but for its type. */
export function originOf(view: GraphView, value: string): string {
  let at = value;
  for (let step = 0; step < MAX_STEPS; step++) {
    const operation = view.producer(at);
    if (operation === null || !UNCHANGED.has(operation.operator)) return at;
    at = operation.inputs[0] ?? '';
  }
  return at;
}

/** What stands between a projection and the place where queries and keys meet. */
export interface Traced {
  readonly map: LinearMap;
  readonly arrangement: Arrangement;
  readonly bias: VectorView | null;
  /** Factor on the values; null where it cannot be told. */
  readonly factor: number | null;
  /** True when something turns them by their place. */
  readonly rotated: boolean;
  /** True when they are normalised on the way. */
  readonly normalised: boolean;
}

/** A node on the way, and the input by which the way goes up. */
interface Step {
  readonly operation: Operation;
  readonly input: string;
  readonly output: string;
}

/** Nodes between a projection and the scores; rotations written out take some thirty. */
const MAX_STEPS = 60;
/** Nodes behind a rotation until its tokens are put beside others. */
const MAX_TURN = 6;
/** Values that are looked at for one way. */
const MAX_LOOKED_AT = 400;

/** Nodes that leave a value what it is, up to its type. */
export const UNCHANGED: ReadonlySet<string> = new Set(
  (
    'Identity Cast CastLike Dropout QuantizeLinear DequantizeLinear DynamicQuantizeLinear com.microsoft.QuantizeLinear ' +
    'com.microsoft.DequantizeLinear Clip'
  ).split(' '),
);

/** Nodes that a way may go through beside those that keep a value. */
const PASSED: ReadonlySet<string> = new Set([
  ...'Add Sub Mul Div Neg Reshape Transpose Squeeze Unsqueeze Slice Split Gather Concat Expand Tile Where Pad'.split(
    ' ',
  ),
  ...['com.microsoft.RotaryEmbedding', 'RotaryEmbedding', 'ScatterND', 'Flatten'],
  ...NORM_NODES,
]);

/** The projection from which a value comes by nothing but reordering, scaling, norms and rotation; null where there is none. */
export function trace(view: GraphView, value: string): Traced | string {
  const way = shortestWay(view, value);
  if (way === null) return l10n.t('no projection was found in front of it');
  return follow(view, way.map, way.steps);
}

/** A value on a way up, and the way by which it was reached. */
interface Place {
  readonly value: string;
  readonly below: Place | null;
  readonly step: Step | null;
  readonly depth: number;
}

/** The shortest way up to a product with a weight. */
function shortestWay(view: GraphView, value: string): { map: LinearMap; steps: Step[] } | null {
  const queue: Place[] = [{ value, below: null, step: null, depth: 0 }];
  const seen = new Set([value]);
  for (const place of queue) {
    if (seen.size > MAX_LOOKED_AT) return null;
    const operation = view.producer(place.value);
    if (operation === null || place.depth > MAX_STEPS) continue;
    const map = linearMap(view, operation);
    if (map !== null) {
      const steps: Step[] = [];
      for (let at: Place | null = place; at !== null; at = at.below) if (at.step !== null) steps.push(at.step);
      return { map, steps };
    }
    if (!PASSED.has(operation.operator) && !UNCHANGED.has(operation.operator)) continue;
    for (const input of operation.inputs) {
      if (input === '' || view.isConstant(input) || seen.has(input)) continue;
      seen.add(input);
      const step = { operation, input, output: place.value };
      queue.push({ value: input, below: place, step, depth: place.depth + 1 });
    }
  }
  return null;
}

/** True for tokens that are turned by their place, which stand beside others that are not. */
function isRotated(view: GraphView, value: string): boolean {
  const queue = [{ value, depth: 0 }];
  for (const { value: at, depth } of queue) {
    const operation = view.producer(at);
    if (operation === null || depth > MAX_TURN) continue;
    const { operator, inputs } = operation;
    if (operator.endsWith('RotaryEmbedding')) return true;
    const moving = inputs.filter((input) => input !== '' && !view.isConstant(input));
    if ((operator === 'Add' || operator === 'Sub') && moving.length > 1) return true;
    if (!PASSED.has(operator) && !UNCHANGED.has(operator)) continue;
    queue.push(...moving.slice(0, 1).map((input) => ({ value: input, depth: depth + 1 })));
  }
  return false;
}

/** Follows the outputs of a projection down a way. @returns why that is not possible, as the end of a sentence. */
function follow(view: GraphView, map: LinearMap, steps: readonly Step[]): Traced | string {
  const outputs = map.weight.rows;
  const shape = view.facts.shape(map.output) ?? [null, null, outputs];
  const follower = new Follower(view, arrange(shape, map.axis, outputs), map);
  for (const step of steps) {
    const problem = follower.take(step);
    if (problem !== null) return problem;
  }
  const { arrangement, bias, factor, rotated, normalised } = follower;
  return { map, arrangement, bias, factor, rotated, normalised };
}

class Follower {
  bias: VectorView | null;
  factor: number | null;
  rotated = false;
  normalised = false;
  #isPlain = true;
  /** Arrangements before an axis was cut, which a Concat of the parts gives back. */
  readonly #whole: { readonly before: Arrangement; readonly axis: number }[] = [];

  constructor(
    readonly view: GraphView,
    public arrangement: Arrangement,
    readonly map: LinearMap,
  ) {
    this.bias = map.bias;
    this.factor = map.factor;
  }

  /** @returns what stands in the way. */
  take(step: Step): string | null {
    const { operator } = step.operation;
    if (UNCHANGED.has(operator) || operator === 'Neg' || operator === 'Pad') return null;
    if (NORM_NODES.has(operator)) {
      this.normalised = true;
      return null;
    }
    if (operator.endsWith('RotaryEmbedding') || operator === 'ScatterND') {
      this.rotated = true;
      return null;
    }
    if (['Add', 'Sub', 'Mul', 'Div', 'Where'].includes(operator)) return this.#combine(step);
    const moved = this.#move(step);
    if (moved === null) return l10n.t('its outputs cannot be followed through {0}', operator);
    this.arrangement = moved;
    this.#isPlain = false;
    return null;
  }

  /** Takes in another operand: a bias, a factor, a norm, a rotation. */
  #combine({ operation, input, output }: Step): string | null {
    const { view } = this;
    const { operator } = operation;
    if (operator === 'Where') return null;
    const other = operation.inputs.find((each) => each !== input) ?? input;
    if (operator === 'Mul' || operator === 'Div') {
      const number = view.facts.scalar(other);
      if (number !== null && this.factor !== null)
        this.factor = operator === 'Mul' ? this.factor * number : this.factor / number;
      if (number !== null) return null;
      const size = view.isConstant(other) ? view.facts.shape(other) : null;
      if (size?.every((each) => each === 1) === true) {
        this.factor = null;
        return null;
      }
    }
    if (operator === 'Div' && input !== operation.inputs[0]) return l10n.t('it is a divisor');
    if (this.#isPlain && operator === 'Add' && this.bias === null) {
      this.bias = constantVector(view, other, this.map.weight.rows);
      if (this.bias !== null) return null;
      // An integer product is scaled before its bias is added.
    }
    if (this.#isQuantisedScale(operation)) return null;
    if (isNormalising(view, operation, output)) this.normalised = true;
    else if (operator === 'Mul' || operator === 'Div') this.rotated = true;
    // A constant added to queries or keys is no part of their product.
    else if (!view.isConstant(other)) {
      if (shortestWay(view, other)?.map.operation !== this.map.operation)
        return l10n.t('something else is added to it');
      this.rotated = true;
    }
    return null;
  }

  /** The product of scales behind an integer product, which is in the weight's quantisation already. */
  #isQuantisedScale({ operator }: Operation): boolean {
    return operator === 'Mul' && this.#isPlain && this.map.operation.operator === 'MatMulInteger';
  }

  #move({ operation, input, output }: Step): Arrangement | null {
    const { view, arrangement } = this;
    const known = view.known(operation);
    const rank = arrangement.axes.length;
    const place = (axis: number): number => (axis < 0 ? axis + rank : axis);
    const axis = place(view.number(operation, 'axis') ?? 0);
    switch (operation.operator) {
      case 'Reshape':
      case 'Flatten': {
        const target = view.facts.shape(output);
        return target === null ? null : reshape(arrangement, target);
      }
      case 'Transpose':
        return permute(arrangement, known.attribute('perm') ?? arrangement.axes.map((_, each) => rank - 1 - each));
      case 'Squeeze': {
        const axes =
          axesOf(known)?.map(place) ?? arrangement.axes.flatMap((atoms, each) => (atoms.length > 0 ? [] : [each]));
        return axes
          .sort((one, other) => other - one)
          .reduce<Arrangement | null>((all, each) => all && drop(all, each), arrangement);
      }
      case 'Unsqueeze': {
        const axes = axesOf(known);
        const added = axes
          ?.map((each) => (each < 0 ? each + rank + axes.length : each))
          .sort((one, other) => one - other);
        return added?.reduce(insert, arrangement) ?? null;
      }
      case 'Split':
        return this.#split(operation, axis, output);
      case 'Slice':
        return this.#slice(operation);
      case 'Gather':
        return this.#gather(operation, axis);
      case 'Concat':
        this.rotated ||= operation.inputs.some((each) => each !== input && isRotated(view, each));
        return this.#concat(axis, view.facts.shape(output)?.[axis] ?? null);
      case 'Expand':
      case 'Tile':
        return this.#expand(input, output);
      default:
        return null;
    }
  }

  #cut(axis: number, start: number, length: number): Arrangement | null {
    this.#whole.push({ before: this.arrangement, axis });
    return cut(this.arrangement, axis, start, length);
  }

  #split(operation: Operation, axis: number, output: string): Arrangement | null {
    const size = sizeOf(this.arrangement.axes[axis] ?? []);
    const sizes = splitSizes(this.view.known(operation), size);
    const part = operation.outputs.indexOf(output);
    const length = sizes?.[part] ?? null;
    const before = sizes
      ?.slice(0, part)
      .reduce<number | null>((sum, each) => (sum === null || each === null ? null : sum + each), 0);
    return length === null || before == null ? null : this.#cut(axis, before, length);
  }

  #slice(operation: Operation): Arrangement | null {
    const cuts = sliceOf(this.view.known(operation), this.arrangement.axes.length);
    if (cuts === null) return null;
    let result: Arrangement | null = this.arrangement;
    for (const [axis, { start, end, step }] of cuts) {
      const atoms: Arrangement['axes'][number] = result?.axes[axis] ?? [];
      if (result === null) return null;
      if (!atoms.some(({ kind }) => kind === 'outputs')) {
        result = withAxis(result, axis, [{ kind: 'other', size: null }]);
        continue;
      }
      const size = sizeOf(atoms);
      if (size === null || start === null || end === null || step !== 1) return null;
      const [first, last] = sliceRange(start, end, size);
      this.#whole.push({ before: this.arrangement, axis });
      result = cut(result, axis, first, Math.max(0, last - first));
    }
    return result;
  }

  #gather(operation: Operation, axis: number): Arrangement | null {
    const { shape, values } = this.view.facts.of(operation.inputs[1] ?? '');
    const atoms = this.arrangement.axes[axis] ?? [];
    if (!atoms.some(({ kind }) => kind === 'outputs')) {
      return shape?.length === 0 ? drop(withAxis(this.arrangement, axis, []), axis) : this.arrangement;
    }
    const size = sizeOf(atoms);
    const [index] = values ?? [];
    if (values?.length !== 1 || index == null || size === null) return null;
    const chosen = cut(this.arrangement, axis, index < 0 ? index + size : index, 1);
    return chosen !== null && shape?.length === 0 ? drop(chosen, axis) : chosen;
  }

  /** Parts of a rotation put together again, or more tokens beside these. */
  #concat(axis: number, size: number | null): Arrangement | null {
    const atoms = this.arrangement.axes[axis] ?? [];
    if (!atoms.some(({ kind }) => kind === 'outputs')) {
      return withAxis(this.arrangement, axis, [{ kind: 'other', size }]);
    }
    const cutBefore = this.#whole.pop();
    if (cutBefore === undefined) return null;
    const before = cutBefore.before.axes[cutBefore.axis] ?? [];
    if (size !== null && sizeOf(before) !== size) return null;
    this.rotated = true;
    return { ...withAxis(this.arrangement, axis, before), first: cutBefore.before.first };
  }

  /** Keys that several queries share are written out once for each. */
  #expand(input: string, output: string): Arrangement | null {
    const [from, to] = [this.view.facts.shape(input), this.view.facts.shape(output)];
    if (from === null || to?.length !== from.length) return null;
    const axes = this.arrangement.axes.map((atoms, axis) => {
      const size = to[axis] ?? null;
      return from[axis] === 1 && size !== null && size > 1 ? [{ kind: 'copies' as const, size }] : atoms;
    });
    return { ...this.arrangement, axes };
  }
}
