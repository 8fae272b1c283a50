import type { NamedNumber, SourceLink, SourceRange, TextFacts } from '../contract.js';
import type { PythonText } from '../python/python-text.js';
import type { SyntaxNode } from '../python/syntax.js';
import { LINKING_CALLS, MODEL_NUMBERS } from './known-calls.js';

/** Longer texts are no names and no paths. */
const MAX_TARGET = 1_000;

/** More places in one text than anybody looks at. */
const MAX_PLACES = 5_000;

/** Nodes between a name and the call that it stands in. */
const MAX_CLIMB = 12;

const LAST_NAMES = [...new Set([...LINKING_CALLS.keys()].map((name) => name.split('.').at(-1) ?? name))];

/** A call that names a checkpoint, or a number by one of the names that a checkpoint knows. */
const PLACES = new RegExp(
  `\\b(?:(?:${LAST_NAMES.join('|')})\\s*\\(|(?:${[...MODEL_NUMBERS].join('|')})\\s*=\\s*\\d)`,
  'gu',
);

const known = new WeakMap<object, { readonly text: string; readonly facts: TextFacts }>();

/** Calls of a text that name models or files, and numbers such as `num_heads=6` in calls; nodes are looked at only where such words stand. */
export function textFacts(source: PythonText): TextFacts {
  const { root, text } = source;
  const before = known.get(source);
  if (before?.text === text) return before.facts;
  const links: SourceLink[] = [];
  const numbers: (NamedNumber & { via: string })[] = [];
  const seen = new Set<string>();
  let places = 0;
  for (const { index } of root === null ? [] : text.matchAll(PLACES)) {
    if (places++ > MAX_PLACES) break;
    const call = callAround(root?.descendantForIndex(index, index) ?? null, index);
    const key = call === null ? '' : `${String(call.startIndex)}:${String(call.endIndex)}`;
    if (call === null || seen.has(key)) continue;
    seen.add(key);
    readCall(call, text, links, numbers);
  }
  const facts = { links, numbers };
  known.set(source, { text, facts });
  return facts;
}

/** The call that a name is called by or is an argument of. */
function callAround(node: SyntaxNode | null, index: number): SyntaxNode | null {
  let around = node;
  for (let climbed = 0; around !== null && climbed < MAX_CLIMB; climbed++) {
    if (around.type === 'comment' || around.type === 'string') return null;
    if (around.type === 'call' && (around.childForFieldName('arguments')?.startIndex ?? 0) !== index) return around;
    around = around.parent;
  }
  return null;
}

function readCall(
  node: SyntaxNode,
  text: string,
  links: SourceLink[],
  numbers: (NamedNumber & { via: string })[],
): void {
  const callee = node.childForFieldName('function');
  const list = node.childForFieldName('arguments');
  if (callee === null || list?.type !== 'argument_list') return;
  const via = text.slice(callee.startIndex, callee.endIndex).replaceAll(/\s/gu, '');
  if (!/^[\w.()[\]'"]{1,200}$/u.test(via)) return;
  const given = list.namedChildren.filter((child) => child !== null).filter(({ type }) => type !== 'comment');
  const positional = given.filter(({ type }) => type !== 'keyword_argument');
  const named = given.filter(({ type }) => type === 'keyword_argument');
  const nameOf = (argument: SyntaxNode): string => slice(argument.childForFieldName('name'), text);
  const parts = via.split('.');
  const last = parts.at(-1) ?? '';
  for (const call of LINKING_CALLS.get(parts.slice(-2).join('.')) ?? LINKING_CALLS.get(last) ?? []) {
    const byName = named.find((argument) => call.names.includes(nameOf(argument)))?.childForFieldName('value');
    const literal = stringIn(byName ?? (call.position === null ? undefined : positional[call.position]), text);
    if (literal !== null) links.push({ kind: call.kind, via, ...literal, callRange: rangeOf(node) });
  }
  for (const argument of named) {
    const name = argument.childForFieldName('name');
    const value = argument.childForFieldName('value');
    if (name === null || value?.type !== 'integer' || !MODEL_NUMBERS.has(slice(name, text))) continue;
    const number = Number(slice(value, text).replaceAll('_', ''));
    if (Number.isFinite(number))
      numbers.push({ via, name: slice(name, text), value: number, nameRange: rangeOf(name), range: rangeOf(value) });
  }
}

/** A plain text literal and where it stands, without its quotes; null for an f-string with values and for anything else. */
function stringIn(node: SyntaxNode | null | undefined, text: string): Pick<SourceLink, 'target' | 'range'> | null {
  if (node?.type === 'call') {
    // `Path("...")` and `str("...")`
    const callee = slice(node.childForFieldName('function'), text);
    const inner = node.childForFieldName('arguments')?.namedChildren[0] ?? null;
    return /^(?:pathlib\.)?Path$|^str$/u.test(callee) ? stringIn(inner, text) : null;
  }
  if (node?.type !== 'string') return null;
  const parts = node.namedChildren.filter((child) => child !== null);
  if (parts.some(({ type }) => type === 'interpolation')) return null;
  const content = parts.find(({ type }) => type === 'string_content');
  const target = content === undefined ? '' : slice(content, text);
  return content === undefined || target.length > MAX_TARGET ? null : { target, range: rangeOf(content) };
}

function slice(node: SyntaxNode | null, text: string): string {
  return node === null ? '' : text.slice(node.startIndex, node.endIndex);
}

function rangeOf({ startPosition, endPosition }: SyntaxNode): SourceRange {
  return {
    start: { line: startPosition.row, column: startPosition.column },
    end: { line: endPosition.row, column: endPosition.column },
  };
}
