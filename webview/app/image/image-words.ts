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
  return `${name} has ${megabytes(bytes)}; up to ${megabytes(MAX_DROPPED_BYTES)} can be dropped. Choose it as a file instead.`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

/** What is being done before there is a picture. */
export function workingWords({ name, step }: Extract<ImageState, { kind: 'working' }>): string {
  switch (step) {
    case 'image':
      return `Reading ${name}`;
    case 'model':
      return 'Preparing the model';
    case 'run':
      return `Running the model on ${name}`;
  }
}

/** Size of the input, width first: `224 × 224`. */
export function sizeFacts({ inputSize: [height, width] }: ImageCard): string {
  return `${width} \u00d7 ${height}`;
}

/** The name of an entry on the picture. */
export function entryName({ first, last }: Pick<EntryOnImage, 'first' | 'last'>): string {
  return first === KEY_BIAS ? 'key bias' : modesName(first, last);
}

/** A share of the score in percent, a dash where the score does not vary. */
export function shareWords(share: number | null): string {
  return share === null ? '–' : percent(share);
}

/** How far query and key go at an end, in their common unit. */
export function reachWords(query: number | null, key: number): string {
  return query === null ? `key to ${fixed(key, 1)}` : `query to ${fixed(query, 1)}, key to ${fixed(key, 1)}`;
}

/** What the square key of colours goes to. */
export function scaleWords({ scale }: EntryMaps): string {
  return scale.low > 0 ? `${fixed(scale.low)} to ${fixed(scale.high)}` : `0 to ${fixed(scale.high)}`;
}

/** What stands for the ends of a block. */
export function spanWords(count: number): string {
  return `span of ${count} modes, not separately identified: length of each token's part in it. A span has no ends.`;
}

/** What the end of the key bias means. */
export function keyBiasEndWords(end: 1 | -1): string {
  return end > 0 ? 'preferred keys' : 'avoided keys';
}

/** Lines of the tooltip over a patch of a pair of maps. */
export function mapTip(name: string, { query, key }: EntryMaps, [row, column]: readonly [number, number]): string[] {
  const at = row * key.columns + column;
  const value = (map: { readonly values: Float32Array | Float64Array }): string => fixed(map.values[at] ?? null);
  return [
    `row ${row}, column ${column}`,
    query === null ? `${name}  ${value(key)}` : `${name}  query ${value(query)}  key ${value(key)}`,
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
    `row ${row}, column ${column}`,
    `attention ${timesEven(share, attention.even)} even (${fixed(share * 100, 2)} %)`,
  ];
}

/** How far attention that was recomputed from the weights is from what the model did. */
export function recomputedWords({ recomputed }: AttentionRows): string {
  const { maxAbsError, largest } = recomputed;
  const error = `${maxAbsError.toPrecision(2)} of ${largest.toPrecision(2)}`;
  return `Attention is recomputed from the weights: its output differs from the model's own by at most ${error}.`;
}

/** The most likely classes of the picture; nothing for models that tell none. */
export function classesWords({ top }: OutputCard): string | null {
  if (top.length === 0) return null;
  const names = top.slice(0, 3).map(({ index, label, value }) => `${label ?? `class ${index}`} ${fixed(value)}`);
  return `Most likely: ${names.join(', ')}.`;
}

/** Title over the strip. */
export function modesTitle(layer: number, head: number): string {
  return `Modes of ${placeName(layer, head)}`;
}

/** What the whole score varies by, and what the shares are of. */
export function varianceWords({ scoreVariance }: HeadOnImage): string {
  return `Variance of the score over keys: ${scoreVariance.toPrecision(3)}.`;
}
