import * as l10n from '@vscode/l10n';

/** PyTorch allows 64 axes, NumPy 64 as well. */
const MAX_AXES = 64;

/**
 * Number of elements of a shape that came out of a file.
 * @returns what is wrong with the shape, as the end of a sentence, in place of the number.
 */
export function checkedElementCount(shape: readonly number[]): number | string {
  if (shape.length > MAX_AXES) return l10n.t('has {0} axes, more than the {1} that exist', shape.length, MAX_AXES);
  let count = 1;
  for (const size of shape) {
    if (size < 0) return l10n.t('has a negative dimension: [{0}]', shape.join(', '));
    if (!Number.isSafeInteger(size))
      return l10n.t('has a dimension that is no whole number below 2^53: [{0}]', shape.join(', '));
    count *= size;
  }
  if (shape.includes(0)) return 0;
  return Number.isSafeInteger(count) ? count : l10n.t('declares more than 2^53 elements: [{0}]', shape.join(', '));
}
