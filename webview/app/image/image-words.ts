import * as l10n from '@vscode/l10n';
import { fixed } from '../../../src/core/text/numbers.js';
import { percent, placeName } from '../../../src/core/charts/format.js';
import type {
  AttentionRows,
  EntryOnImage,
  HeadOnImage,
  ImageCard,
  ImageState,
  OutputCard,
} from '../../../src/protocol/image.js';
import { modesName } from '../../../src/core/charts/head-entries.js';
import { KEY_BIAS } from '../../state/selection.js';
import { timesEven, type TokenAttention } from './attention.js';
import type { EntryMaps } from './entry-maps.js';

/** Largest picture that is taken out of a drop or the clipboard; larger ones can be opened as files. */
export const MAX_DROPPED_BYTES = 100_000_000;

/** Why a dropped file is not read. */
export function tooLargeWords(name: string, bytes: number): string {
  return l10n.t(
    '{0} has {1}; up to {2} can be dropped. Choose it as a file instead.',
    name,
    megabytes(bytes),
    megabytes(MAX_DROPPED_BYTES),
  );
}

function megabytes(bytes: number): string {
  return l10n.t('{0} MB', (bytes / 1e6).toFixed(0));
}

/** What is being done before there is a picture. */
export function workingWords({ name, step }: Extract<ImageState, { kind: 'working' }>): string {
  switch (step) {
    case 'image':
      return l10n.t('Reading {0}', name);
    case 'model':
      return l10n.t('Preparing the model');
    case 'run':
      return l10n.t('Running the model on {0}', name);
  }
}

/** Size of the input, width first: `224 × 224`. */
export function sizeFacts({ inputSize: [height, width] }: ImageCard): string {
  return `${width} \u00d7 ${height}`;
}

/** The name of an entry on the picture. */
export function entryName({ first, last }: Pick<EntryOnImage, 'first' | 'last'>): string {
  return first === KEY_BIAS ? l10n.t('key bias') : modesName(first, last);
}

/** A share of the score in percent, a dash where the score does not vary. */
export function shareWords(share: number | null): string {
  return share === null ? '–' : percent(share);
}

/** How far query and key go at an end, in their common unit. */
export function reachWords(query: number | null, key: number): string {
  return query === null
    ? l10n.t('key to {0}', fixed(key, 1))
    : l10n.t('query to {0}, key to {1}', fixed(query, 1), fixed(key, 1));
}

/** What the square key of colours goes to. */
export function scaleWords({ scale }: EntryMaps): string {
  return scale.low > 0
    ? l10n.t('{0} to {1}', fixed(scale.low), fixed(scale.high))
    : l10n.t('0 to {0}', fixed(scale.high));
}

/** What stands for the ends of a block. */
export function spanWords(count: number): string {
  return l10n.t(
    "span of {0} modes, not separately identified: length of each token's part in it. A span has no ends.",
    count,
  );
}

/** What the end of the key bias means. */
export function keyBiasEndWords(end: 1 | -1): string {
  return end > 0 ? l10n.t('preferred keys') : l10n.t('avoided keys');
}

/** Lines of the tooltip over a patch of a pair of maps. */
export function mapTip(name: string, { query, key }: EntryMaps, [row, column]: readonly [number, number]): string[] {
  const at = row * key.columns + column;
  const value = (map: { readonly values: Float32Array | Float64Array }): string => fixed(map.values[at] ?? null);
  return [
    l10n.t('row {0}, column {1}', row, column),
    query === null ? `${name}  ${value(key)}` : l10n.t('{0}  query {1}  key {2}', name, value(query), value(key)),
  ];
}

/** Lines of the tooltip over a patch that gets attention. */
export function attentionTip(
  attention: TokenAttention,
  columns: number,
  [row, column]: readonly [number, number],
): string[] {
  const share = attention.patches[row * columns + column] ?? 0;
  return [
    l10n.t('row {0}, column {1}', row, column),
    l10n.t('attention {0} even ({1} %)', timesEven(share, attention.even), fixed(share * 100, 2)),
  ];
}

/** How far attention that was recomputed from the weights is from what the model did. */
export function recomputedWords({ recomputed }: AttentionRows): string {
  const { maxAbsError, largest } = recomputed;
  const error = l10n.t('{0} of {1}', maxAbsError.toPrecision(2), largest.toPrecision(2));
  return l10n.t(
    "Attention is recomputed from the weights: its output differs from the model's own by at most {0}.",
    error,
  );
}

/** The most likely classes of the picture; nothing for models that tell none. */
export function classesWords({ top }: OutputCard): string | null {
  if (top.length === 0) return null;
  const names = top
    .slice(0, 3)
    .map(({ index, label, value }) => `${label ?? l10n.t('class {0}', index)} ${fixed(value)}`);
  return l10n.t('Most likely: {0}.', names.join(', '));
}

/** Title over the strip. */
export function modesTitle(layer: number, head: number): string {
  return l10n.t('Modes of {0}', placeName(layer, head));
}

/** What the whole score varies by, and what the shares are of. */
export function varianceWords({ scoreVariance }: HeadOnImage): string {
  return l10n.t('Variance of the score over keys: {0}.', scoreVariance.toPrecision(3));
}
