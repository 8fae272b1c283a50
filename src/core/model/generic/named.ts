import * as l10n from '@vscode/l10n';
import { quoteName } from '../../bytes/quote.js';
import { CheckpointError } from '../../errors.js';
import type { FileFacts, Stack } from '../stack.js';
import type { TensorNames } from '../tensor-names.js';
import { genericStack } from './generic-stack.js';

/** Digits of a layer's number that are believed. */
const MAX_DIGITS = 5;

/**
 * The stack that a person's patterns name: full names of the query and key weights with `{i}` for the layer; the same name twice
 * is a weight that holds both.
 * @throws CheckpointError `wrong-use` when a pattern is none or nothing has such a name.
 */
export function findNamedStack(
  names: TensorNames,
  facts: FileFacts,
  { query, key }: { readonly query: string; readonly key: string },
): Stack {
  const refuse = (problem: string): CheckpointError =>
    new CheckpointError(
      'wrong-use',
      facts.file,
      problem,
      l10n.t(
        'give the full names of a query and a key weight, with {0} in place of the layer, as the list of tensors shows them',
        '{i}',
      ),
    );
  for (const pattern of [query, key]) {
    if (pattern.split('{i}').length !== 2)
      throw refuse(l10n.t('{0} does not have {1} once', quoteName(pattern), '{i}'));
  }
  const layers = matchPattern(names, query);
  if (layers.length === 0) throw refuse(l10n.t('no tensor has a name like {0}', quoteName(query)));
  if (matchPattern(names, key).length === 0) throw refuse(l10n.t('no tensor has a name like {0}', quoteName(key)));
  const { block, rest } = splitPatterns(query, key);
  const weights = query === key ? { fused: rest(query) } : { query: rest(query), key: rest(key), value: null };
  const { stack, warning } = genericStack(names, facts, { root: '', block, attention: '', layers }, { weights });
  if (stack === undefined) throw refuse(warning?.message ?? l10n.t('these weights form no layers'));
  return stack;
}

/** Numbers of the layers whose names fit a pattern, ascending. */
function matchPattern(names: TensorNames, pattern: string): number[][] {
  const [head = '', tail = ''] = pattern.split('{i}');
  const numbers = names.under(head).flatMap((rest) => {
    if (!rest.endsWith(tail)) return [];
    const digits = rest.slice(0, rest.length - tail.length);
    return /^(?:0|[1-9]\d*)$/.test(digits) && digits.length <= MAX_DIGITS ? [Number(digits)] : [];
  });
  return numbers.sort((one, other) => one - other).map((number) => [number]);
}

/** The modules that both patterns share, and what follows them in each. */
function splitPatterns(query: string, key: string): { block: string; rest: (pattern: string) => string } {
  const some = query.split('.').slice(0, -1);
  const others = key.split('.');
  const differ = some.findIndex((segment, index) => segment !== others[index]);
  const shared = differ < 0 ? some : some.slice(0, differ);
  const layer = shared.findIndex((segment) => segment.includes('{i}'));
  // The block ends at the layer; without a shared layer it is what both have in common.
  const block = shared.slice(0, layer < 0 ? shared.length : layer + 1).join('.');
  return { block, rest: (pattern) => (block === '' ? pattern : pattern.slice(block.length + 1)) };
}
