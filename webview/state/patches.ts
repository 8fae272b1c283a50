import * as l10n from '@vscode/l10n';
import type { ImageCard } from '../../src/protocol/image.js';

/** Where a token stands: a patch by row and column, or a prefix token by name. */
export type TokenPlace =
  | { readonly kind: 'patch'; readonly row: number; readonly column: number }
  | { readonly kind: 'prefix'; readonly name: string };

type Grid = Pick<ImageCard, 'grid' | 'prefix'>;

/** Prefix tokens and patches together. */
export function tokenCount({ grid: [rows, columns], prefix }: Grid): number {
  return prefix.length + rows * columns;
}

/** The token of a patch. */
export function tokenAt({ grid: [, columns], prefix }: Grid, row: number, column: number): number {
  return prefix.length + row * columns + column;
}

/** The token that asks: the selected one where this picture has it, else the patch in the middle. */
export function askingToken(card: Grid, selected: number | null): number {
  if (selected !== null && selected < tokenCount(card)) return selected;
  const [rows, columns] = card.grid;
  return tokenAt(card, Math.floor(rows / 2), Math.floor(columns / 2));
}

/** Where a token stands. */
export function placeOf({ grid: [, columns], prefix }: Grid, token: number): TokenPlace {
  const name = prefix[token];
  if (name !== undefined) return { kind: 'prefix', name };
  const patch = token - prefix.length;
  return { kind: 'patch', row: Math.floor(patch / columns), column: patch % columns };
}

/** Steps of an arrow with the shift key. */
const FAR = 4;

/**
 * Where a key leads from a token: arrows to the next patch, with shift by four, Home and End to the ends of the row, P to the next
 * prefix token and after the last of them back to the patch; null when nowhere.
 * @param patch the patch that was left for the prefix tokens.
 */
export function moveToken(card: Grid, token: number, patch: number, key: string, far: boolean): number | null {
  const { prefix } = card;
  if (key.toLowerCase() === 'p') {
    if (prefix.length === 0) return null;
    if (token >= prefix.length) return 0;
    return token + 1 < prefix.length ? token + 1 : patch;
  }
  const [rows, columns] = card.grid;
  const at = placeOf(card, token >= prefix.length ? token : patch);
  if (at.kind === 'prefix') return null;
  const step = far ? FAR : 1;
  const to = (row: number, column: number): number =>
    tokenAt(card, Math.max(0, Math.min(rows - 1, row)), Math.max(0, Math.min(columns - 1, column)));
  switch (key) {
    case 'ArrowUp':
      return to(at.row - step, at.column);
    case 'ArrowDown':
      return to(at.row + step, at.column);
    case 'ArrowLeft':
      return to(at.row, at.column - step);
    case 'ArrowRight':
      return to(at.row, at.column + step);
    case 'Home':
      return to(at.row, 0);
    case 'End':
      return to(at.row, columns - 1);
    default:
      return null;
  }
}

/** `Row 8, column 5`, `class token`, `register 0`. */
export function tokenWords(card: Grid, token: number): string {
  const place = placeOf(card, token);
  if (place.kind === 'patch') return l10n.t('Row {0}, column {1}', place.row, place.column);
  return prefixWords(place.name);
}

/** The name of a prefix token as a person reads it. */
export function prefixWords(name: string): string {
  return name === 'class' || name === 'distillation' ? l10n.t('{0} token', name) : name;
}
