import { l10n } from 'vscode';

/** Why a text is no number of heads for queries of this many rows; null when it is one. */
export function headsProblem(text: string, rows: number): string | null {
  const heads = Number(text.trim());
  if (!/^\d+$/u.test(text.trim()) || heads < 1) return l10n.t('A whole number from 1 on.');
  return rows % heads === 0
    ? null
    : l10n.t('{0} does not divide {1}. Near it: {2}.', heads, rows, nearestDivisors(rows, heads).join(', '));
}

function nearestDivisors(rows: number, wanted: number): number[] {
  const divisors: number[] = [];
  for (let small = 1; small * small <= rows; small++) if (rows % small === 0) divisors.push(small, rows / small);
  const nearness = (heads: number): number => Math.abs(Math.log(heads / wanted));
  return [...new Set(divisors)]
    .sort((one, other) => nearness(one) - nearness(other))
    .slice(0, 3)
    .sort((one, other) => one - other);
}

/** Why a text names no tensors of a layer stack; null when it does. */
export function namePatternProblem(text: string, names: readonly string[]): string | null {
  const parts = text.trim().split('{i}');
  const [before, after] = parts;
  if (before === undefined || after === undefined || parts.length !== 2)
    return l10n.t('The name needs {0} once, where the layer number stands.', '{i}');
  const fits = (name: string): boolean =>
    name.startsWith(before) &&
    name.endsWith(after) &&
    /^\d+$/u.test(name.slice(before.length, name.length - after.length));
  return names.some(fits) ? null : l10n.t('No tensor of this file has such a name.');
}

/** Layer and head out of `8.3`, `L8 H3` or `8 3`; null for anything else. */
export function parsePlace(text: string): { layer: number; head: number } | null {
  const match = /^L?(\d{1,4})(?:\s*[.,:]\s*|\s+)H?(\d{1,4})$/iu.exec(text.trim());
  const [, layer, head] = match ?? [];
  return layer === undefined || head === undefined ? null : { layer: Number(layer), head: Number(head) };
}

/** Why a text is no head of a model with these numbers of heads by layer; null when it is one. */
export function placeProblem(text: string, heads: readonly number[]): string | null {
  const place = parsePlace(text);
  if (place === null) return l10n.t('Layer and head, such as 8.3.');
  const inLayer = heads[place.layer];
  if (inLayer === undefined) return l10n.t('Layers go from 0 to {0}.', heads.length - 1);
  return place.head < inLayer ? null : l10n.t('Heads of layer {0} go from 0 to {1}.', place.layer, inLayer - 1);
}
