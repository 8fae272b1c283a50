import type { Fact, KnownOperation } from './facts.js';
import type { Shape } from './graph.js';
import { productOf } from './shape-rules.js';

/** Lists of numbers that are followed; shapes have at most 64 entries. */
const MAX_VALUES = 64;

type Rule = (known: KnownOperation) => Shape | null;

const first: Rule = ({ inputs }) => inputs[0]?.values ?? null;

/** Applies an operation to two lists, one of which may be a single number. */
function both(operation: (one: number, other: number) => number): Rule {
  return ({ inputs: [one, other] }) => {
    const [a, b] = [one?.values, other?.values];
    if (a == null || b == null || a.length === 0 || b.length === 0) return null;
    if (a.length !== b.length && a.length !== 1 && b.length !== 1) return null;
    return Array.from({ length: Math.max(a.length, b.length) }, (_, index) => {
      const left = a[a.length === 1 ? 0 : index] ?? null;
      const right = b[b.length === 1 ? 0 : index] ?? null;
      return left === null || right === null ? null : operation(left, right);
    });
  };
}

function each(operation: (value: number) => number): Rule {
  return ({ inputs: [one] }) => one?.values?.map((value) => (value === null ? null : operation(value))) ?? null;
}

const isWhole = (fact: Fact | undefined): boolean =>
  fact?.values?.every((value) => value === null || Number.isInteger(value)) === true;

const divide: Rule = (known) => {
  const whole = known.inputs.every(isWhole);
  return both((one, other) => (whole && one % other !== 0 && other > 1 ? Math.floor(one / other) : one / other))(known);
};

const slice: Rule = ({ inputs, attribute }) => {
  const values = inputs[0]?.values ?? null;
  const start = inputs[1]?.values?.[0] ?? attribute('starts')?.[0];
  const end = inputs[2]?.values?.[0] ?? attribute('ends')?.[0];
  const step = inputs[4]?.values?.[0] ?? 1;
  if (values === null || start === undefined || end === undefined || step !== 1) return null;
  return values.slice(start, Math.min(end, values.length));
};

const gather: Rule = ({ inputs: [data, indices] }) => {
  const values = data?.values ?? null;
  if (values === null || indices?.values == null || (data?.shape?.length ?? 0) > 1) return null;
  return indices.values.map((index) => (index === null ? null : (values.at(index) ?? null)));
};

const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  [
    'Constant',
    ({ attribute }) => {
      const [value, floats, ints] = ['value_float', 'value_floats', 'value_ints'].map((name) => attribute(name));
      return attribute('value_int') ?? value ?? floats ?? ints ?? null;
    },
  ],
  [
    'Shape',
    ({ inputs: [value], attribute }) =>
      value?.shape?.slice(attribute('start')?.[0] ?? 0, attribute('end')?.[0] ?? undefined) ?? null,
  ],
  [
    'Size',
    ({ inputs: [value] }) => {
      const size = value?.shape == null ? null : productOf(value.shape);
      return size === null ? null : [size];
    },
  ],
  ['Gather', gather],
  ['Slice', slice],
  [
    'Concat',
    ({ inputs }) => {
      const parts = inputs.map(
        ({ values, shape }) => values ?? (shape?.length === 1 && shape[0] === 1 ? [null] : null),
      );
      return parts.every((part) => part !== null) ? parts.flat() : null;
    },
  ],
  ...['Unsqueeze', 'Squeeze', 'Reshape', 'Cast', 'Identity', 'Flatten', 'QuantizeLinear', 'DequantizeLinear'].map(
    (name): [string, Rule] => [name, first],
  ),
  ['Add', both((one, other) => one + other)],
  ['Sub', both((one, other) => one - other)],
  ['Mul', both((one, other) => one * other)],
  ['Div', divide],
  ['Mod', both((one, other) => one % other)],
  ['Pow', both((one, other) => one ** other)],
  ['Max', both(Math.max)],
  ['Min', both(Math.min)],
  ['Equal', both((one, other) => Number(one === other))],
  ['Sqrt', each(Math.sqrt)],
  ['Reciprocal', each((value) => 1 / value)],
  ['Neg', each((value) => -value)],
  ['Floor', each(Math.floor)],
  ['Ceil', each(Math.ceil)],
  [
    'ConstantOfShape',
    ({ inputs: [shape], attribute }) => {
      const length = shape?.values?.length === 1 ? shape.values[0] : null;
      if (length == null || length < 0 || length > MAX_VALUES) return null;
      return new Array<number>(length).fill(attribute('value')?.[0] ?? 0);
    },
  ],
  [
    'Where',
    ({ inputs: [condition, one, other] }) =>
      condition?.values?.map((chosen, index) => {
        const from = chosen === null ? null : chosen === 0 ? other?.values : one?.values;
        return from?.[from.length === 1 ? 0 : index] ?? null;
      }) ?? null,
  ],
]);

/** The numbers that a node gives, as far as they are known; null for long lists and for what depends on the input's values. */
export function valuesOf(known: KnownOperation): Shape | null {
  const values = RULES.get(known.operation.operator)?.(known) ?? null;
  return values === null || values.length > MAX_VALUES ? null : values;
}
