import { GROUPS } from '../../core/analysis/keypoints/concentration.js';
import { fixed } from '../../core/text/numbers.js';
import type { SkippedPicture } from '../commands/folder-run.js';
import type { GuidedMasks } from '../commands/semantics-masks.js';
import type { PictureSemantics } from '../commands/semantics-picture.js';
import type { Prompting } from '../commands/semantics-prompting.js';
import type { Spurious } from '../commands/semantics-spurious.js';
import type { Averaged, FolderSummary, PictureRow } from '../commands/semantics-summary.js';
import { changeLine, topLines } from './attention-text.js';

/** Marks of the groups none, low, middle and high. */
const MARKS = ['·', '░', '▒', '█'];

/** The keypoint analysis of a picture for reading: the groups on the grid, and a row a layer. */
export function semanticsText(title: string, result: PictureSemantics, masks: GuidedMasks | null): string {
  const { input, grid, keypoints, pass, spurious, prompting } = result;
  return [
    `${title} on ${input.size.join(' x ')} pixels, ${grid.join(' x ')} patches, ${keypoints} places with a keypoint`,
    '',
    ...groupLines(result),
    GROUPS.map((group, index) => `${MARKS[index] ?? ''} ${group}`).join('   '),
    '',
    'interrelation of patches with keypoints, in deviations from its shifts around the picture; * significant over all heads',
    ...layerLines(result),
    `${pass.significantHeads.length} of ${pass.layers.reduce((all, { heads }) => all + heads.length, 0)} heads attend between patches with keypoints more than their places explain`,
    ...(spurious === null ? [] : ['', ...spuriousLines(spurious)]),
    ...(prompting === null ? [] : ['', ...promptingLines(prompting)]),
    ...(masks === null ? [] : ['', `chances to be masked are in ${masks.file}`]),
    '',
  ].join('\n');
}

function groupLines({ grid: [rows, columns], groups }: PictureSemantics): string[] {
  return Array.from({ length: rows }, (_, row) =>
    Array.from(groups.subarray(row * columns, (row + 1) * columns), (group) => (MARKS[group] ?? '').repeat(2)).join(''),
  );
}

const CELL = 8;

function layerLines({ pass }: PictureSemantics): string[] {
  const heads = Math.max(...pass.layers.map((layer) => layer.heads.length));
  const isSignificant = (layer: number, head: number): boolean =>
    pass.significantHeads.some((found) => found.layer === layer && found.head === head);
  return [
    `layer${Array.from({ length: heads }, (_, head) => `H${head}`.padStart(CELL)).join('')}`,
    ...pass.layers.map((layer) => {
      const cells = layer.heads.map(({ index, interrelation }) => {
        const mark = isSignificant(layer.index, index) ? '*' : ' ';
        return `${fixed(interrelation?.deviations ?? null, 1)}${mark}`.padStart(CELL);
      });
      return `${String(layer.index).padStart(5)}${cells.join('')}`;
    }),
  ];
}

function spuriousLines({ offRatio, log2Lift, relevance, candidates }: Spurious): string[] {
  const by = relevance === null ? '' : ` by ${relevance.kind}`;
  return [
    `off the object${by}: ${fixed(offRatio, 3)} times as relevant as even relevance; keypoints lift it by 2^${fixed(log2Lift, 3)}`,
    ...candidates.map(({ patches, weight, effect, band, z, places }) => {
      const range =
        band === null ? 'no other place' : `${fixed(band[0], 4)} to ${fixed(band[1], 4)} at ${places} other places`;
      return `  ${patches.length} patches from ${patches[0] ?? 0}, weight ${fixed(weight, 3)}: without them the output changes by ${fixed(effect, 4)} (${range}; z ${fixed(z, 1)})`;
    }),
  ];
}

function promptingLines(prompting: Prompting): string[] {
  const { guide, beta, band, shifts, topAfter } = prompting;
  const range = band === null ? 'no shifts' : `${fixed(band[0], 4)} to ${fixed(band[1], 4)} over ${shifts} shifts`;
  return [
    changeLine(`with ${beta} times the ${guide} added to all scores`, prompting),
    `  with the same guide elsewhere: ${range}`,
    ...(topAfter === null ? [] : ['top classes after', ...topLines(topAfter)]),
  ];
}

/** A run over a folder for reading. */
export function folderText(
  folder: string,
  done: number,
  skipped: readonly SkippedPicture[],
  lines: readonly string[],
): string {
  const left = skipped.length === 0 ? '' : `, ${skipped.length} skipped`;
  return [`${folder}: ${done} pictures${left}`, '', ...lines, ''].join('\n');
}

/** The summary of a folder: a row a layer, the object figures, and where these lead to. */
export function summaryLines(
  { layers, spurious }: FolderSummary,
  rows: readonly { readonly name: string; readonly result: PictureRow }[],
): string[] {
  const heads = Math.max(...layers.map((layer) => layer.heads.length));
  return [
    'mean interrelation in deviations from its shifts',
    `layer${Array.from({ length: heads }, (_, head) => `H${head}`.padStart(CELL)).join('')}`,
    ...layers.map(
      (layer) =>
        `${String(layer.index).padStart(5)}${layer.heads.map(({ deviations }) => fixed(deviations.mean, 1).padStart(CELL)).join('')}`,
    ),
    ...(spurious === undefined
      ? []
      : [
          '',
          `off the object: ${told(spurious.offRatio)}; log2 lift ${told(spurious.log2Lift)}`,
          ...pictureLines(rows),
        ]),
  ];
}

function told({ mean, deviation, pictures }: Averaged): string {
  return `${fixed(mean, 3)} ± ${fixed(deviation, 3)} (${pictures} pictures)`;
}

/** Pictures whose keypoints off the object lift relevance the most. */
const MOST_LISTED = 10;

function pictureLines(rows: readonly { readonly name: string; readonly result: PictureRow }[]): string[] {
  const lifts = rows.map(({ name, result }) => ({ name, lift: result.spurious?.log2Lift ?? null }));
  const known = lifts.filter(({ lift }) => lift !== null).sort((a, b) => (b.lift ?? 0) - (a.lift ?? 0));
  return known.slice(0, MOST_LISTED).map(({ name, lift }) => `${fixed(lift, 3).padStart(9)}  ${name}`);
}
