import { atIndex, loopsIn, numberSize, operation, type Size, sizeText, unnamed } from '../sizes/size.js';
import type { Evaluation } from './evaluation.js';
import { choiceOf, type ListItem, type ListValue, sizeValue, UNKNOWN, type Value } from './value.js';

/** Lists that are written out are followed item by item up to this length; longer ones are data, not modules. */
const MAX_ITEMS = 256;

export function listOf(evaluation: Evaluation, items: readonly ListItem[]): ListValue {
  return { kind: 'list', items: [...items], loops: evaluation.loops, branches: evaluation.branches };
}

export function once(value: Value): ListItem {
  return { value, loops: [], optional: false };
}

/** Adds an item to something that was made in a loop or condition further out, or in the same one. */
export function addItem(
  evaluation: Evaluation,
  list: Pick<ListValue, 'items' | 'loops' | 'branches'>,
  item: ListItem,
): void {
  if (list.items.length >= MAX_ITEMS) return;
  list.items.push({
    value: item.value,
    loops: [...evaluation.loops.slice(list.loops.length), ...item.loops],
    optional: item.optional || evaluation.branches > list.branches,
  });
}

/** The numbers from `start` to below `end`. */
export function rangeOf(evaluation: Evaluation, start: Size): ListValue {
  const loop = evaluation.loop();
  const index: Size = { kind: 'index', loop, name: `i${String(loop.id)}` };
  const value =
    unnamed(start).kind === 'number' && Number(sizeText(unnamed(start))) === 0 ? index : operation('+', index, start);
  return listOf(evaluation, [{ value: sizeValue(value), loops: [loop], optional: false }]);
}

/** What a `for` goes through. */
export function itemsOf(evaluation: Evaluation, value: Value): readonly ListItem[] {
  switch (value.kind) {
    case 'list':
      return value.items;
    case 'instance':
      return value.items.length > 0 ? value.items : endless(evaluation, value);
    case 'dictionary':
      if (!value.open) return [...value.entries.keys()].map((key) => once({ kind: 'text', parts: [key] }));
      return endless(evaluation, value);
    case 'choice': {
      const known = value.options.find((option) => option.kind === 'list' || option.kind === 'dictionary');
      return known === undefined ? endless(evaluation, value) : itemsOf(evaluation, known);
    }
    default:
      return endless(evaluation, value);
  }
}

/** Items of something of unknown length. */
function endless(evaluation: Evaluation, value: Value): readonly ListItem[] {
  const loop = evaluation.loop();
  const index: Size = { kind: 'index', loop, name: `i${String(loop.id)}` };
  return [{ value: itemAt(evaluation, value, index), loops: [loop], optional: false }];
}

/** `value[index]` for a number that may be unknown. */
export function itemAt(evaluation: Evaluation, value: Value, index: Size): Value {
  switch (value.kind) {
    case 'list':
      return listItemAt(evaluation, value.items, index);
    case 'instance':
      return value.items.length > 0 ? listItemAt(evaluation, value.items, index) : UNKNOWN;
    case 'size': {
      const symbol = unnamed(value.size);
      if (symbol.kind !== 'symbol') return UNKNOWN;
      const name = `${sizeText(value.size)}[${sizeText(index)}]`;
      const loops = [...new Set([...symbol.loops, ...loopsIn(index)])];
      // An index of a loop is told by the loop's run, anything else by its text.
      const own = unnamed(index).kind === 'index' ? `${symbol.id}[]` : `${symbol.id}[${sizeText(index)}]`;
      return sizeValue({ kind: 'symbol', id: own, name, loops });
    }
    case 'choice': {
      const options = value.options.map((option) => itemAt(evaluation, option, index));
      const [only, ...more] = options.filter(({ kind }) => kind === 'size');
      // Numbers of which one is taken are one that is not known.
      return more.length > 0 ? sizeValue(choiceSymbol(evaluation, index)) : (only ?? choiceOf(options));
    }
    default:
      return UNKNOWN;
  }
}

function listItemAt(evaluation: Evaluation, items: readonly ListItem[], index: Size): Value {
  const plain = unnamed(index);
  const [only] = items;
  const position = plain.kind === 'number' ? plain.value : null;
  const fixed = items.every(({ loops, optional }) => loops.length === 0 && !optional);
  if (position !== null && fixed) return items.at(position)?.value ?? UNKNOWN;
  if (only !== undefined && items.length === 1 && only.loops.length === 1) {
    const [loop] = only.loops;
    // From the end: which run it is depends on the length.
    if (loop === undefined || (position !== null && position < 0)) return fresh(evaluation, only.value);
    return valueAt(only.value, loop, index);
  }
  if (fixed && items.every(({ value }) => value.kind === 'size')) return sizeValue(choiceSymbol(evaluation, index));
  return choiceOf(items.map(({ value }) => value));
}

function choiceSymbol(evaluation: Evaluation, index: Size): Size {
  const symbol = evaluation.symbol('?');
  return symbol.kind === 'symbol' ? { ...symbol, loops: [...new Set([...symbol.loops, ...loopsIn(index)])] } : symbol;
}

function fresh(evaluation: Evaluation, value: Value): Value {
  return value.kind === 'size' ? sizeValue(evaluation.symbol('?')) : value;
}

function valueAt(value: Value, loop: Parameters<typeof atIndex>[1], index: Size): Value {
  if (value.kind === 'size') return { ...value, size: atIndex(value.size, loop, index) };
  if (value.kind !== 'list') return value;
  return { ...value, items: value.items.map((item) => ({ ...item, value: valueAt(item.value, loop, index) })) };
}

/** `zip(a, b)` and `enumerate(a)`: lists of the items at the same position. */
export function zipped(evaluation: Evaluation, lists: readonly Value[]): ListValue {
  const known = lists.map((list) =>
    list.kind === 'list' && list.items.every(({ loops, optional }) => loops.length === 0 && !optional)
      ? list.items
      : null,
  );
  const lengths = known.map((items) => items?.length ?? Infinity);
  const length = Math.min(...lengths);
  const rows: ListItem[] = [];
  if (Number.isFinite(length)) {
    for (let at = 0; at < length; at++) {
      const row = lists.map((list, index) =>
        once(known[index]?.[at]?.value ?? itemAt(evaluation, list, numberSize(at))),
      );
      rows.push(once(listOf(evaluation, row)));
    }
    return listOf(evaluation, rows);
  }
  const loop = evaluation.loop();
  const index: Size = { kind: 'index', loop, name: `i${String(loop.id)}` };
  const row = lists.map((list) => once(itemAt(evaluation, list, index)));
  return listOf(evaluation, [{ value: listOf(evaluation, row), loops: [loop], optional: false }]);
}

/** `enumerate(list, start)`. */
export function enumerated(evaluation: Evaluation, list: Value, start: number): ListValue {
  const items = itemsOf(evaluation, list);
  const pairs = items.map((item, position) => {
    const [loop] = item.loops;
    const counted: Size =
      loop === undefined
        ? numberSize(position + start)
        : operation('+', numberSize(start), { kind: 'index', loop, name: `i${String(loop.id)}` });
    const index =
      loop !== undefined && start === 0 ? ({ kind: 'index', loop, name: `i${String(loop.id)}` } as const) : counted;
    return { ...item, value: listOf(evaluation, [once(sizeValue(index)), once(item.value)]) };
  });
  return listOf(evaluation, pairs);
}

/** `list * count`. */
export function repeated(evaluation: Evaluation, list: ListValue, count: Size): ListValue {
  const plain = unnamed(count);
  if (plain.kind === 'number') {
    const times = Math.max(0, Math.min(plain.value, MAX_ITEMS / Math.max(1, list.items.length)));
    return listOf(evaluation, Array.from({ length: times }, () => list.items).flat());
  }
  const loop = evaluation.loop();
  return listOf(
    evaluation,
    list.items.map((item) => ({ ...item, loops: [loop, ...item.loops] })),
  );
}
