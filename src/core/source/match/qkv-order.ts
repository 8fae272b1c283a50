import * as l10n from '@vscode/l10n';
import type { LayerSpec, Recognition } from '../../model/model.js';
import type { SourceProblem } from '../contract.js';
import type { Laid } from './find-root.js';
import { definitionKey, definitionPlace } from './places.js';

/** Names of the three parts, as people write them. */
const PARTS: ReadonlyMap<string, string> = new Map(
  ['query', 'key', 'value'].flatMap((part) =>
    [part.charAt(0), part, `${part}s`, `${part}_states`, `${part}_layer`].map((name) => [name, part] as const),
  ),
);

/** Longer statements do more than take a tensor apart. */
const MAX_STATEMENT = 400;

/**
 * Fused projections whose parts the code takes in another order than they lie in the checkpoint's layout. Said only where one statement, or
 * one and the next with its result, take them apart in a way that is fully read.
 */
export function qkvOrderProblems({ covers }: Laid, { models }: Recognition): SourceProblem[] {
  const fused = new Map<string, string>();
  for (const { family, layers } of models) {
    // Only of a family is it known how it lays them.
    if (family.startsWith('generic')) continue;
    for (const layer of layers) if (liesInBlocks(layer)) fused.set(layer.query.weight.tensor.name, family);
  }
  const problems = new Map<string, SourceProblem>();
  for (const { definition, tensor } of covers.flatMap(({ pairs }) => pairs)) {
    const place = definitionPlace(definition);
    const key = definitionKey(place);
    const family = fused.get(tensor.name);
    if (family === undefined || problems.has(key)) continue;
    const order = orderOf(definition.place.source.text, definition.attribute);
    if (order === null) continue;
    const { file, cell, nameRange } = place;
    const message = l10n.t(
      'The code takes {0} from {1}; the checkpoint is read as {2} has it, all queries first, then all keys, then all values.',
      order,
      definition.attribute,
      family,
    );
    problems.set(key, { code: 'order-differs', file, cell, range: nameRange, message, tensors: [tensor.name] });
  }
  return [...problems.values()];
}

/** True where one tensor holds the rows of all queries, then those of all keys, then those of all values. */
function liesInBlocks({ query, key, value }: LayerSpec): boolean {
  const parts = [query, key, value].map((part) => part?.weight ?? null);
  return parts.every(
    (part, index) =>
      part !== null &&
      part.tensor === parts[0]?.tensor &&
      (index === 0 ? part.rowStart === 0 : part.rowStart === (parts[index - 1]?.rowStart ?? 0) + part.rows),
  );
}

/** The order in which the text of a class takes a projection apart; null where it is the usual one or is not fully read. */
function orderOf(text: string, attribute: string): string | null {
  if (!/^\w+$/u.test(attribute)) return null;
  const uses = [...text.matchAll(new RegExp(`\\bself\\.${attribute}\\(`, 'gu'))];
  const [use] = uses;
  if (use === undefined || uses.length > 1) return null;
  const first = statementAt(text, use.index);
  const plain = first === null ? null : /^(\w+)\s*=[^=]/u.exec(first);
  if (first === null) return null;
  if (plain?.[1] === undefined) return interleaving(first) ?? partsOrder(first);
  const name = plain[1];
  const next = statementAt(text, text.indexOf(first) + first.length + 1);
  const takesApart = next !== null && new RegExp(`=.*\\b${name}\\b`, 'su').test(next) ? next : '';
  return (
    interleaving(first) ??
    (/\.(?:reshape|view)\(|rearrange\(/u.test(first) ? null : interleaving(takesApart)) ??
    partsOrder(takesApart)
  );
}

/** The statement around a place, without the lines' indentation; null for one that does not end or is very long. */
function statementAt(text: string, at: number): string | null {
  const start = text.lastIndexOf('\n', at - 1) + 1;
  let depth = 0;
  for (let end = start; end - start < MAX_STATEMENT; end++) {
    const character = text.charAt(end);
    if (character === '#') return null;
    if ('([{'.includes(character) && character !== '') depth++;
    if (')]}'.includes(character) && character !== '') depth--;
    if ((character === '\n' || character === '') && depth <= 0) return text.slice(start, end).trim();
    if (character === '') return null;
  }
  return null;
}

/** `k, q, v = qkv.unbind(0)`: parts in another order than query, key, value. */
function partsOrder(statement: string): string | null {
  const [, one = '', two = '', three = '', made = ''] =
    /^\(?(\w+),\s*(\w+),\s*(\w+)\)?\s*=\s*([^=].*)$/su.exec(statement) ?? [];
  const parts = [one, two, three].map((name) => PARTS.get(name) ?? '');
  const simple = /\.(?:unbind|chunk)\([^()]*\)$|\[0\],\s*\w+\[1\],\s*\w+\[2\]$/u.test(made);
  if (!simple || new Set(parts).size < 3 || parts.includes('')) return null;
  return parts.join() === 'query,key,value' ? null : l10n.t('{0}, in this order,', parts.join(', '));
}

/** `reshape(B, N, heads, 3, size)`: the parts of each head together. */
function interleaving(statement: string): string | null {
  const shaped = /\.(?:reshape|view)\(([^()]*(?:\([^()]*\)[^()]*)*)\)/u.exec(statement)?.[1];
  const sizes = shaped
    ?.replace(/\([^()]*\)/gu, '')
    .split(',')
    .map((size) => size.trim());
  if (sizes?.length === 5) {
    const three = sizes.indexOf('3');
    const heads = sizes.findIndex((size) => /head/iu.test(size) && !/dim|size/iu.test(size));
    if (three > heads && heads > 0 && sizes.lastIndexOf('3') === three)
      return l10n.t('the three parts of each head together');
  }
  const [, pattern = ''] = /rearrange\([^'"]*['"]([^'"]*)->/u.exec(statement) ?? [];
  const [, axis] = /\b(\w+)\s*=\s*3\b/u.exec(statement) ?? [];
  const group = [...pattern.matchAll(/\(([^()]*)\)/gu)]
    .map(([, inside = '']) => inside.trim().split(/\s+/u))
    .find((axes) => axis !== undefined && axes.includes(axis));
  return group !== undefined && group[0] !== axis ? l10n.t('the three parts of each head together') : null;
}
