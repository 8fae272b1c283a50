import * as l10n from '@vscode/l10n';
/** `(384, 1152)`; `a single number` without axes. */
export function shapeWords(shape: readonly number[]): string {
  return shape.length === 0 ? l10n.t('a single number') : `(${shape.join(', ')})`;
}

/** A number of any magnitude with four digits that count. */
export function numberWords(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  const text = size >= 1e-3 && size < 1e5 ? String(Number(value.toPrecision(4))) : value.toExponential(3);
  return text.replaceAll('-', '−');
}

/** `12 345`, with a narrow space that does not break. */
export function countWords(count: number): string {
  return count.toLocaleString('en').replaceAll(',', '\u202f');
}
