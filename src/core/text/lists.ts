import * as l10n from '@vscode/l10n';

/** A list of which some is left out: `a, b and 3 more`. @param left how many are; the list alone where none is. */
export function andMore(shown: string, left: number): string {
  return left > 0 ? l10n.t('{0} and {1} more', shown, left) : shown;
}

/** Sentences of which some are left out: `a is cut; b is empty; and 3 more`. */
export function sentencesAndMore(shown: readonly string[], left: number): string {
  return left > 0 ? l10n.t('{0}; and {1} more', shown.join('; '), left) : shown.join('; ');
}

/** One of many: `a and 3 others`. */
export function andOthers(shown: string, others: number): string {
  if (others <= 0) return shown;
  return others === 1 ? l10n.t('{0} and {1} other', shown, others) : l10n.t('{0} and {1} others', shown, others);
}
