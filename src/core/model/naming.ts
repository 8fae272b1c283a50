import * as l10n from '@vscode/l10n';
import { GENERIC } from './generic/generic-stack.js';
import type { FileFacts, Stack } from './stack.js';
import type { Scope } from './scopes.js';
import { wrapperName } from './wrappers.js';

/** A stack and the part of the file that it stands in. */
export interface FoundStack {
  readonly scope: Scope;
  readonly stack: Stack;
}

/** How a model is called. */
export interface ModelNames {
  readonly name: string;
  readonly wrapper: string | null;
  readonly prefix: string;
  readonly remark: string;
}

/** Names out of a file are used for a model if they are no longer than this and of plain letters. */
const PLAIN_NAME = /^[A-Za-z0-9_-]{1,60}$/;

/** Names the models of a file, each differently: by which copy it is, by its tower, or by the module that holds it. */
export function nameModels(found: readonly FoundStack[], facts: FileFacts): ModelNames[] {
  const hints = {
    lightning: facts.plain.has('pytorch-lightning_version'),
    dino: found.some(({ stack }) => stack.family === 'dino'),
  };
  const used = new Set<string>();
  return found.map(({ scope, stack }) => {
    const inScope = found.filter((other) => other.scope === scope).map((other) => other.stack);
    const name = freeName(fullName(scope, partOf(scope, stack, inScope)), used);
    used.add(name);
    const prefix = prefixOf(stack);
    return {
      name,
      wrapper: wrapperName(prefix, { ...hints, plain: stack.family !== GENERIC }),
      prefix,
      remark: remarkOn(scope, stack),
    };
  });
}

/** Models to analyse unless one is chosen: the averaged copy where there are copies, else all towers; none if that is not clear. */
export function chooseDefaults(found: readonly FoundStack[], names: readonly ModelNames[]): string[] {
  const namesOf = (wanted: (each: FoundStack) => boolean): string[] =>
    found.flatMap((each, index) => (wanted(each) ? [names[index]?.name ?? ''] : []));
  const copies = found.filter(({ scope }) => scope.copy !== null);
  if (copies.length === 0 || new Set(found.map(({ scope }) => scope)).size === 1) return namesOf(() => true);
  const averaged = namesOf(({ scope }) => scope.copy?.kind === 'averaged');
  return averaged.length > 0 ? averaged : namesOf(({ scope }) => scope.copy?.name === 'model');
}

/** What tells a stack from the others of its part of the file; nothing where it is alone there and the part has a name. */
function partOf(scope: Scope, stack: Stack, all: readonly Stack[]): string {
  return all.length === 1 && scope.copy !== null ? '' : partName(stack, all);
}

function fullName({ copy }: Scope, part: string): string {
  if (copy === null) return part;
  return part === '' ? copy.name : `${copy.name}-${part}`;
}

/** The first of a stack's names that no other stack of its part of the file has. */
function partName(stack: Stack, all: readonly Stack[]): string {
  if (all.length === 1) {
    const [tower, around] = ownNames(stack);
    return [tower, around, 'model'].find((name) => name !== '') ?? 'model';
  }
  const lists = all.filter((other) => other !== stack).map(ownNames);
  const names = ownNames(stack);
  const unique = names.find((name, level) => name !== '' && lists.every((others) => others[level] !== name));
  return unique ?? names.find((name) => name !== '') ?? 'model';
}

/** Names for a stack: its tower, the module around it, its blocks, its kind of attention. */
function ownNames({ tower, root, layout }: Stack): string[] {
  const around = root.split('.').at(-2) ?? '';
  const attention = layout.attention.split('.')[0] ?? '';
  const blocks =
    layout.block
      .split('.')
      .filter((segment) => !segment.includes('{'))
      .at(-1) ?? '';
  const names = [tower.tower === 'unknown' ? '' : tower.tower, around, blocks, attention];
  return names.map((name) => (PLAIN_NAME.test(name) && !/^\d+$/.test(name) ? name : ''));
}

function freeName(name: string, used: ReadonlySet<string>): string {
  const base = name === '' ? 'model' : name;
  let number = 1;
  while (used.has(number === 1 ? base : `${base}-${number}`)) number++;
  return number === 1 ? base : `${base}-${number}`;
}

/** The root without its end that belongs to the family's own names. */
function prefixOf({ root, tower }: Stack): string {
  const own = (tower.roots ?? [])
    .filter((end) => root === end || root.endsWith(`.${end}`))
    .sort((one, other) => other.length - one.length)[0];
  return own === undefined ? root : root.slice(0, root.length - own.length);
}

function remarkOn({ copy }: Scope, { tower }: Stack): string {
  if (copy?.kind === 'averaged') return l10n.t('the averaged weights');
  if (copy?.kind === 'trained') return l10n.t('the trained weights');
  return tower.tower === 'cross' ? l10n.t('queries and keys of different streams') : '';
}
