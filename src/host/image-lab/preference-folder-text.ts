import { REGION_NAMES, type Region, SOURCE_NAMES } from '../../core/analysis/image/head-preference.js';
import type { PreferenceOverPictures } from '../../core/analysis/image/preference-statistics.js';
import type { MeanInterval } from '../../core/analysis/mean-interval.js';
import { fixed } from '../../core/text/numbers.js';
import type { FolderResult } from './preference-over-folder.js';

/** Pictures that are named; the others are counted. */
const NAMED = 5;

const COLUMNS = [
  ['same object', 'target'],
  ['other object', 'other'],
  ['background', 'background'],
] as const satisfies readonly (readonly [string, Region])[];

const WIDTH = 24;

/** The preference of a model over the pictures of a folder for reading: a row a layer. */
export function folderText(title: string, { pictures, labels, recomputed, layers }: FolderResult): string {
  const { used, skipped, imagesWithoutMask, masksWithoutImage, ambiguous } = pictures;
  const [first] = used;
  const pair = first === undefined ? '' : `, such as ${first.image} with ${first.mask}`;
  const meaning = labels === 'roles' ? '0 background, 1 object, 2 other objects' : 'each number or colour is an object';
  return [
    `${title} on ${used.length} ${used.length === 1 ? 'picture with a mask' : 'pictures with masks'}${pair}; labels: ${meaning}`,
    `attention recomputed in float64 is within ${recomputed.maxAbsError.toExponential(1)} of the model's own layer outputs`,
    ...named(
      'skipped',
      skipped.map(({ name, problem }) => `${name} (${problem})`),
    ),
    ...named('without a mask', imagesWithoutMask),
    ...named('masks without a picture', masksWithoutImage),
    ...named('several of one name', ambiguous),
    '',
    'what the patches of an object attend to, times even attention, with 95 % confidence over pictures',
    `layer  ${COLUMNS.map(([name]) => name.padEnd(WIDTH)).join('')}`.trimEnd(),
    ...layers.map(({ index, preference }) => {
      const cells = COLUMNS.map(([, region]) => interval(preference.target?.ratio[region]).padEnd(WIDTH));
      return `${String(index).padStart(5)}  ${cells.join('')}`.trimEnd();
    }),
    '',
  ].join('\n');
}

function named(what: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const more = names.length - NAMED;
  return [`${what}: ${names.slice(0, NAMED).join(', ')}${more > 0 ? ` and ${more} more` : ''}`];
}

function interval(found: MeanInterval | undefined): string {
  if (found === undefined) return '–';
  const { mean, low, high } = found;
  return low === null || high === null ? fixed(mean) : `${fixed(mean)} (${fixed(low)} to ${fixed(high)})`;
}

const CSV_COLUMNS = ['layer', 'head', 'queries', 'keys', 'figure', 'mean', 'low', 'high', 'pictures'];

/** The same as a row a figure; a layer's own rows, which are means over its heads, have no head. */
export function folderCsv({ layers }: FolderResult): string {
  const rows = layers.flatMap(({ index, preference, heads }) => [
    ...csvRows(index, '', preference),
    ...heads.flatMap((head) => csvRows(index, head.index, head.preference)),
  ]);
  return `${[CSV_COLUMNS, ...rows].map((row) => row.join(',')).join('\r\n')}\r\n`;
}

function csvRows(layer: number, head: number | '', preference: PreferenceOverPictures): (string | number)[][] {
  return SOURCE_NAMES.flatMap((source) => {
    const told = preference[source];
    if (told === null) return [];
    return (['share', 'ratio'] as const).flatMap((figure) =>
      REGION_NAMES.flatMap((region) => {
        const found = (figure === 'share' ? told : told.ratio)[region];
        if (found === undefined) return [];
        const { mean, low, high, count } = found;
        return [[layer, head, source, region, figure, mean, low ?? '', high ?? '', count]];
      }),
    );
  });
}
