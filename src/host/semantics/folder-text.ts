import { fixed } from '../../core/text/numbers.js';
import type { FolderOutcome } from './folder-run.js';
import type { Averaged, FolderSummary, PictureRow } from './folder-summary.js';
import type { SemanticsOverFolder } from './semantics-over-folder.js';

/** A run over a folder for reading. */
export function folderText(
  folder: string,
  { done, skipped }: { readonly done: number; readonly skipped: FolderOutcome<unknown>['skipped'] },
  lines: readonly string[],
): string {
  const left = skipped.length === 0 ? '' : `, ${skipped.length} skipped`;
  return [`${folder}: ${done} pictures${left}`, '', ...lines, ''].join('\n');
}

const CELL = 8;

/** The summary of a folder: a row a layer, and the object figures. */
export function summaryLines({ layers, spurious }: FolderSummary): string[] {
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
      : ['', `off the object: ${told(spurious.offRatio)}; log2 lift ${told(spurious.log2Lift)}`]),
  ];
}

function told({ mean, deviation, pictures }: Averaged): string {
  return `${fixed(mean, 3)} ± ${fixed(deviation, 3)} (${pictures} pictures)`;
}

interface Row {
  readonly name: string;
  readonly result: PictureRow;
}

/** Pictures with those first whose keypoints off the object lift relevance the most; without a mask in the order that they have. */
export function byLift(rows: readonly Row[]): readonly Row[] {
  const lift = ({ result }: Row): number => result.spurious?.log2Lift ?? -Infinity;
  return rows.some(({ result }) => result.spurious !== undefined)
    ? [...rows].sort((a, b) => (lift(a) === lift(b) ? 0 : lift(b) - lift(a)))
    : rows;
}

const COLUMNS = ['image', 'keypoints', 'significant_heads', 'off_ratio', 'log2_lift', 'prompt_change'] as const;

/** A row a picture; what does not exist is empty. */
export function folderCsv({ results }: Pick<SemanticsOverFolder, 'results'>): string {
  const rows = results.map(({ name, result: { keypoints, significantHeads, spurious, prompting } }) => [
    quoted(name),
    keypoints,
    significantHeads.length,
    spurious?.offRatio ?? '',
    spurious?.log2Lift ?? '',
    prompting?.outputChange.relativeL2 ?? '',
  ]);
  return `${[COLUMNS, ...rows].map((row) => row.join(',')).join('\r\n')}\r\n`;
}

/** A text of a CSV file; names of files can hold anything. */
function quoted(text: string): string {
  return /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
