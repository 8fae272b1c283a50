import type { CountedAttribute, Instance, ListItem, TextPart, Value } from '../evaluate/value.js';
import type { Loop, Size } from '../sizes/size.js';
import { valueOf } from '../sizes/solve.js';

/** What may stand under a name inside a module. */
export interface Child {
  readonly name: string;
  readonly value: Value;
  /** The run of a loop that made it. */
  readonly run: { readonly loop: Loop; readonly index: number } | null;
  /** What stands around the number in its name where that counts modules alike; null where none does. */
  readonly counted: { readonly before: string; readonly after: string } | null;
}

/** Attributes, attributes whose names are counted, and items by position, for the names that the checkpoint has. */
export function childrenFor(instance: Instance, names: readonly string[]): Child[] {
  const children: Child[] = [];
  for (const name of names) {
    const value = instance.attributes.get(name);
    if (value !== undefined) children.push({ name, value, run: null, counted: null });
    else for (const attribute of instance.counted) children.push(...countedChild(attribute, name));
  }
  if (instance.items.length > 0) children.push(...itemChildren(instance.items, names));
  return children;
}

function countedChild({ parts, value, loops, firstPlain }: CountedAttribute, name: string): Child[] {
  const found = indexIn(parts, name, firstPlain === true);
  if (found === null) return [];
  const { size, number, before, after } = found;
  const [loop] = loops;
  const run = loop === undefined ? null : runOf(size, loop, number);
  // The runs give other numbers.
  if (loop !== undefined && run === null && valueOf(size, new Map(), new Map([[loop, 0]])) !== null) return [];
  const child = { name, value, counted: { before, after } };
  return [{ ...child, run: loop === undefined || run === null ? null : { loop, index: run } }];
}

/** A number in a name, and what stands around it. */
interface NameIndex {
  readonly size: Size;
  readonly number: number;
  readonly before: string;
  readonly after: string;
}

/** The number that stands in a name in place of its one unknown part; null where the name is another. */
function indexIn(parts: readonly TextPart[], name: string, firstPlain: boolean): NameIndex | null {
  let before = '';
  let after = '';
  let size: Size | null = null;
  for (const part of parts) {
    if (part === null || (typeof part !== 'string' && size !== null)) return null;
    if (typeof part !== 'string') size = part.index;
    else if (size === null) before += part;
    else after += part;
  }
  if (size === null || !name.startsWith(before) || !name.endsWith(after)) return null;
  const between = name.slice(before.length, name.length - after.length);
  const digits = !firstPlain ? between : between === '' ? '0' : (/^_([1-9]\d*)$/u.exec(between)?.[1] ?? '');
  return /^\d{1,6}$/u.test(digits) ? { size, number: Number(digits), before, after } : null;
}

/** The run whose index gives a number, as `i + 1` gives 4 in the run 3: sizes in names grow by the same step from run to run. */
function runOf(size: Size, loop: Loop, number: number): number | null {
  const at = (run: number): number | null => valueOf(size, new Map(), new Map([[loop, run]]));
  const start = at(0);
  const next = at(1);
  if (start === null || next === null || start === next) return null;
  const run = (number - start) / (next - start);
  return Number.isInteger(run) && run >= 0 && at(run) === number ? run : null;
}

/** Items of a container by their positions. Behind items that a loop adds, positions are not known and every item is tried. */
function itemChildren(items: readonly ListItem[], names: readonly string[]): Child[] {
  const fixed = items.findIndex(({ loops, optional }) => loops.length > 0 || optional);
  const lead = fixed === -1 ? items.length : fixed;
  const open = items.slice(lead);
  const [repeat] = open;
  const loop = repeat?.loops[0];
  const group = open.filter((item) => item.loops[0] === loop && !item.optional).length;
  const positions = names.filter((name) => /^\d{1,6}$/u.test(name)).map(Number);
  const last = Math.max(...positions, -1);
  return positions.flatMap((position): Child[] => {
    const name = String(position);
    const own = position < lead ? items[position] : undefined;
    if (own !== undefined) return [{ name, value: own.value, run: null, counted: null }];
    const offset = position - lead;
    const tail = open.at(-1);
    const ordered =
      position === last && tail?.loops.length === 0 ? [tail, ...open.slice(0, -1)] : interleaved(open, offset);
    return ordered.map((item): Child => {
      const [loopOf] = item.loops;
      const index = group > 1 ? Math.floor(offset / group) : offset;
      return {
        name,
        value: item.value,
        run: loopOf === undefined ? null : { loop: loopOf, index },
        counted: loopOf === undefined ? null : { before: '', after: '' },
      };
    });
  });
}

/** Where a loop adds several items in each run, they take turns. */
function interleaved(open: readonly ListItem[], offset: number): readonly ListItem[] {
  const [first] = open;
  const loop = first?.loops[0];
  const alike = open.every((item) => item.loops[0] === loop && !item.optional);
  const turn = alike && loop !== undefined ? open[offset % open.length] : undefined;
  return turn === undefined ? open : [turn];
}
