import * as l10n from '@vscode/l10n';
import { quoteName } from '../../bytes/quote.js';
import type { Warning } from '../../errors.js';
import { joinPath } from '../layout.js';
import { compareNumbers } from '../names.js';
import type { Tower } from '../model.js';
import type { FileFacts, Stack } from '../stack.js';
import type { NamedTensor, TensorNames } from '../tensor-names.js';
import { genericStack, type StackPaths } from './generic-stack.js';
import { type AttentionModule, findModules } from './modules.js';
import { andMore } from '../../text/lists.js';

/** Modules that are left out are named one by one up to this number. */
const MAX_NAMED = 5;

/** Modules that hold stages, whose layers are counted through. */
const STAGE_WORDS = new Set([
  'layers',
  'stages',
  'features',
  'levels',
  'network',
  'transformers',
  'blocks',
  'block',
  'stage',
  'layer',
]);

/** Towers in the order in which they are shown. */
const TOWERS: readonly Tower[] = ['vision', 'encoder', 'audio', 'text', 'unknown', 'decoder', 'cross'];

/** Modules whose names differ in numbers only. */
interface Group {
  /** Segments of the path, with `{}` for numbers. */
  readonly segments: readonly string[];
  readonly convention: AttentionModule['convention'];
  readonly numbers: readonly (readonly number[])[];
}

/**
 * Stacks of attention modules that no family knows, by usual names of query and key.
 * @param among tensors that no family knows.
 * @param hasOthers true when families know other stacks.
 * @param limit most stacks to look at.
 */
export function findGenericStacks(
  names: TensorNames,
  facts: FileFacts,
  among: readonly NamedTensor[],
  hasOthers: boolean,
  limit: number,
): { stacks: Stack[]; warnings: Warning[] } {
  const { modules, warnings } = findModules(names, among);
  const groups = groupModules(modules).flatMap(splitGroup);
  const numbered = groups.filter(({ numbers }) => (numbers[0]?.length ?? 0) > 0);
  // One module outside a stack is a layer only where there is nothing else; beside layers it is a pooling head.
  const takesAll = !hasOthers && numbered.length === 0;
  const kept = takesAll ? groups : numbered;
  const left = takesAll ? [] : groups.filter(({ numbers }) => (numbers[0]?.length ?? 0) === 0);
  const stacks: Stack[] = [];
  for (const group of kept.slice(0, limit)) {
    const found = genericStack(names, facts, layoutPaths(group), group.convention);
    if (found.warning !== undefined) warnings.push(found.warning);
    if (found.stack !== undefined) stacks.push(found.stack);
  }
  if (left.length > 0) {
    const shown = left.slice(0, MAX_NAMED).map(({ segments }) => quoteName(segments.join('.')));
    const message = l10n.t(
      '{0} has query and key weights but is no layer of a stack, such as a pooling head: it is left out.',
      andMore(shown.join(', '), left.length - MAX_NAMED),
    );
    warnings.push({ code: 'single-attention', message });
  }
  return { stacks: stacks.sort((one, other) => rankOf(one) - rankOf(other)), warnings };
}

function rankOf({ tower }: Stack): number {
  return TOWERS.indexOf(tower.tower);
}

function groupModules(modules: readonly AttentionModule[]): Group[] {
  const groups = new Map<
    string,
    { segments: string[]; convention: AttentionModule['convention']; numbers: number[][] }
  >();
  for (const { anchor, path, depth, convention } of modules) {
    // Braces stand for numbers here, and no program writes them into names of modules.
    if (path.includes('{') || path.includes('}')) continue;
    const segments = depth === 0 ? [] : anchor.template.split('.').slice(0, depth);
    const count = segments.filter((segment) => segment.endsWith('{}')).length;
    const key = `${JSON.stringify(convention.weights)}\n${segments.join('.')}`;
    const group = groups.get(key) ?? { segments, convention, numbers: [] };
    groups.set(key, group);
    group.numbers.push(anchor.numbers.slice(0, count));
  }
  return [...groups.values()];
}

/** Writes numbers that are no layer or stage into the path, and parts what then differs. */
function splitGroup(group: Group): Group[] {
  const places = group.segments.flatMap((segment, index) => (segment.endsWith('{}') ? [index] : []));
  const counted = countedPlaces(group, places);
  const parts = new Map<string, { segments: string[]; numbers: number[][] }>();
  for (const numbers of group.numbers) {
    const segments = group.segments.map((segment, index) => {
      const place = places.indexOf(index);
      return place < 0 || counted.has(place) ? segment : segment.replace('{}', String(numbers[place] ?? 0));
    });
    const key = segments.join('.');
    const part = parts.get(key) ?? { segments, numbers: [] };
    parts.set(key, part);
    part.numbers.push(numbers.filter((_, place) => counted.has(place)));
  }
  return [...parts.values()].map((part) => ({
    segments: part.segments,
    convention: group.convention,
    numbers: part.numbers.sort(compareNumbers),
  }));
}

/** Which numbers count layers: the last one that varies, and those in front of it that count stages. */
function countedPlaces({ segments, numbers }: Group, places: readonly number[]): ReadonlySet<number> {
  const varies = (place: number): boolean => new Set(numbers.map((each) => each[place])).size > 1;
  const varying = places.map((_, place) => place).filter(varies);
  const layer = varying.pop() ?? places.length - 1;
  if (layer < 0) return new Set();
  const counted = new Set([layer]);
  for (const outer of varying.reverse()) {
    const at = places[outer] ?? 0;
    const container = segments[at] === '{}' ? (segments[at - 1] ?? '') : (segments[at] ?? '').replace('{}', '');
    if (!STAGE_WORDS.has(container)) break;
    counted.add(outer);
  }
  return counted;
}

function layoutPaths({ segments, numbers }: Group): StackPaths {
  const counted = segments.flatMap((segment, index) => (segment.endsWith('{}') ? [index] : []));
  const [first] = counted;
  const last = counted.at(-1);
  if (first === undefined || last === undefined) {
    const root = segments.slice(0, -1).join('.');
    return { root: root === '' ? '' : `${root}.`, block: '', attention: segments.at(-1) ?? '', layers: numbers };
  }
  // The module that holds the blocks belongs to the block's path: `layers.{i}`.
  const start = segments[first] === '{}' ? Math.max(0, first - 1) : first;
  const named = segments.map((segment, index) => segment.replace('{}', index === last ? '{i}' : '{s}'));
  const root = segments.slice(0, start).join('.');
  return {
    root: root === '' ? '' : `${root}.`,
    block: joinPath(...named.slice(start, last + 1)),
    attention: joinPath(...named.slice(last + 1)),
    layers: numbers,
  };
}
