import { isIndex, numberSize, operation, type Size, sizeText, unnamed } from '../sizes/size.js';
import { asSize } from './as-size.js';
import { attributeOf } from './attributes.js';
import { setNamed } from './assign.js';
import type { Arguments, CallSite, Evaluation } from './evaluation.js';
import { enumerated, itemsOf, listOf, rangeOf, zipped } from './lists.js';
import { merge } from './merge.js';
import { NONE, plainText, sizeValue, truthOf, UNKNOWN, type Value } from './value.js';

type Builtin = (evaluation: Evaluation, given: Arguments, site: CallSite) => Value;

const ZERO = numberSize(0);

function first({ positional }: Arguments): Value {
  return positional[0] ?? UNKNOWN;
}

/** A list with the same items; what has an unknown length stays itself. */
const sameItems: Builtin = (evaluation, given) => {
  const [value] = given.positional;
  if (value === undefined) return listOf(evaluation, []);
  return value.kind === 'list' ? listOf(evaluation, value.items) : value;
};

/** Rounding is taken for exact: sizes of layers are whole numbers. */
const sameNumber: Builtin = (_, given) => first(given);

const reordered: Builtin = (evaluation, given) => {
  const value = first(given);
  if (value.kind !== 'list') return value;
  const fixed = value.items.every(({ loops, optional }) => loops.length === 0 && !optional);
  if (fixed) return listOf(evaluation, [...value.items].reverse());
  const items = value.items.map((item) =>
    item.value.kind === 'size' ? { ...item, value: sizeValue(evaluation.symbol('?')) } : item,
  );
  return listOf(evaluation, items);
};

/** `any(list)` is true where one item is, `all(list)` false where one is not. */
function quantified(value: Value, decisive: boolean): Value {
  if (value.kind !== 'list' || value.items.some(({ loops, optional }) => loops.length > 0 || optional)) return UNKNOWN;
  const truths = value.items.map((item) => truthOf(item.value));
  if (truths.includes(decisive)) return { kind: 'truth', value: decisive };
  return truths.includes(null) ? UNKNOWN : { kind: 'truth', value: !decisive };
}

function extreme(name: 'max' | 'min'): Builtin {
  return (evaluation, given) => {
    const values = given.positional.map((value) => (value.kind === 'size' ? unnamed(value.size) : null));
    const numbers = values
      .map((size) => (size?.kind === 'number' ? size.value : null))
      .filter((value) => value !== null);
    if (numbers.length > 1 && numbers.length === values.length) return sizeValue(numberSize(Math[name](...numbers)));
    return sizeValue(evaluation.symbol(name));
  };
}

const BUILTINS: Readonly<Record<string, Builtin>> = {
  range: (evaluation, given) => {
    const [start, end] = given.positional;
    return rangeOf(evaluation, end === undefined ? ZERO : asSize(evaluation, start));
  },
  len: (evaluation, given) => {
    const value = first(given);
    const fixed = value.kind === 'list' && value.items.every(({ loops, optional }) => loops.length === 0 && !optional);
    if (fixed) return sizeValue(numberSize(value.items.length));
    const name = value.kind === 'size' ? `len(${sizeText(value.size)})` : 'len';
    return sizeValue(evaluation.symbol(name));
  },
  int: sameNumber,
  float: sameNumber,
  round: sameNumber,
  abs: sameNumber,
  max: extreme('max'),
  min: extreme('min'),
  list: sameItems,
  tuple: sameItems,
  set: sameItems,
  sorted: reordered,
  reversed: reordered,
  zip: (evaluation, given) => zipped(evaluation, given.positional),
  enumerate: (evaluation, given) => {
    const start = given.named.get('start') ?? given.positional[1];
    const plain = start?.kind === 'size' ? unnamed(start.size) : null;
    return enumerated(evaluation, first(given), plain?.kind === 'number' ? plain.value : 0);
  },
  dict: (_, given) => {
    const entries = new Map<string, Value>();
    const [value] = given.positional;
    if (value?.kind === 'dictionary') for (const [key, inner] of value.entries) entries.set(key, inner);
    for (const [key, inner] of given.named) entries.set(key, inner);
    return { kind: 'dictionary', entries, open: given.open || (value !== undefined && value.kind !== 'dictionary') };
  },
  OrderedDict: (evaluation, given) => {
    const [value] = given.positional;
    if (value?.kind === 'dictionary') return value;
    const entries = new Map<string, Value>();
    let open = false;
    for (const { value: pair, loops } of value === undefined ? [] : itemsOf(evaluation, value)) {
      const key = pair.kind === 'list' ? plainText(pair.items[0]?.value) : null;
      const inner = pair.kind === 'list' ? pair.items[1]?.value : undefined;
      if (key === null || inner === undefined || loops.length > 0) open = true;
      else entries.set(key, inner);
    }
    return { kind: 'dictionary', entries, open };
  },
  str: (_, given) => {
    const value = first(given);
    if (value.kind === 'text') return value;
    const plain = value.kind === 'size' ? unnamed(value.size) : null;
    if (plain?.kind === 'number') return { kind: 'text', parts: [String(plain.value)] };
    return { kind: 'text', parts: [value.kind === 'size' && isIndex(value.size) ? { index: value.size } : null] };
  },
  getattr: (evaluation, given) => {
    const [object = UNKNOWN, name, standard] = given.positional;
    const key = plainText(name);
    const value = key === null ? UNKNOWN : attributeOf(evaluation, object, key);
    if (standard === undefined || value.kind === 'size') return value;
    return value.kind === 'unknown' ? standard : merge(evaluation, key ?? '?', [value, standard]);
  },
  setattr: (evaluation, given, { frame, span }) => {
    const [object, name, value = UNKNOWN] = given.positional;
    if (object?.kind !== 'instance') return NONE;
    const parts = name?.kind === 'text' ? name.parts : [null];
    setNamed(evaluation, object, parts, value, { frame, span, nameSpan: span });
    return NONE;
  },
  isinstance: (_, given) => {
    const [value, kind] = given.positional;
    const path = kind?.kind === 'external' ? kind.path : '';
    if (path === 'str' && value?.kind === 'text') return { kind: 'truth', value: true };
    if ((path === 'tuple' || path === 'list') && value?.kind === 'list') return { kind: 'truth', value: true };
    return UNKNOWN;
  },
  hasattr: () => UNKNOWN,
  callable: () => UNKNOWN,
  type: () => UNKNOWN,
  print: () => NONE,
  any: (_, given) => quantified(first(given), true),
  all: (_, given) => quantified(first(given), false),
  sum: (evaluation) => sizeValue(evaluation.symbol('sum')),
  pow: (evaluation, given) =>
    sizeValue(operation('**', asSize(evaluation, given.positional[0]), asSize(evaluation, given.positional[1]))),
};

const NUMBERS = /^(?:math|np|numpy|torch)\.(?:sqrt|prod|log|log2|ceil|floor|exp|gcd)$/u;

/** A function of Python itself, and the few of its library that model code computes sizes with; null for any other. */
export function builtinCall(
  evaluation: Evaluation,
  path: string,
  name: string,
  given: Arguments,
  site: CallSite,
): Value | null {
  const own = path === name || path === 'collections.OrderedDict';
  if (own && Object.hasOwn(BUILTINS, name)) return BUILTINS[name]?.(evaluation, given, site) ?? null;
  if (path === 'math.prod' || path === 'numpy.prod') return sizeValue(productOf(evaluation, first(given)));
  return NUMBERS.test(path) ? sizeValue(evaluation.symbol(path)) : null;
}

function productOf(evaluation: Evaluation, value: Value): Size {
  const items = value.kind === 'list' ? value.items : [];
  const [start, ...rest] = items.map((item) => asSize(evaluation, item.value));
  if (start === undefined || items.some(({ loops }) => loops.length > 0)) return evaluation.symbol('prod');
  return rest.reduce((product, size) => operation('*', product, size), start);
}
