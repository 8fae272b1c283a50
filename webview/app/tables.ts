import * as l10n from '@vscode/l10n';
import type { DistancePoint } from '../../src/core/analysis/distance/over-distance.js';
import type { HeadFigures } from '../../src/core/analysis/figures.js';
import { degrees, percent, placeName, plainNumber, sigmaNumber } from '../../src/core/charts/format.js';
import type { Entry } from '../../src/core/charts/head-entries.js';
import type { LayerRow } from '../../src/core/charts/layers-layout.js';
import { fixed } from '../../src/core/text/numbers.js';

/** A table of words: a header and rows of the same length. */
export interface TableData {
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A table as text with tabs, as spreadsheets take it. */
export function tabbed({ header, rows }: TableData): string {
  return [header, ...rows].map((row) => row.join('\t')).join('\n');
}

type Write = (value: number | null) => string;

/** Decimals of an entry's part of the weighted figure: the parts of 64 modes are small. */
export const PART_DECIMALS = 3;

/** The layers as a table. @param write how a figure is written: for reading, or in full precision. */
export function layersTable(layers: LayerRow, write: Write = fixed): TableData {
  return {
    header: [
      'layer',
      'weighted',
      l10n.t('chance ±'),
      'mean',
      l10n.t('symmetric share'),
      l10n.t('lowest head'),
      l10n.t('highest head'),
    ],
    rows: layers.flatMap((layer) => {
      if (layer === null) return [];
      const known = layer.heads.flatMap((head) => (head.weighted === null ? [] : [head]));
      const ordered = [...known].sort((one, other) => (one.weighted ?? 0) - (other.weighted ?? 0));
      const figures = [layer.weighted, layer.weightedBand, layer.mean, layer.symmetricShare].map((value) =>
        write(value),
      );
      return [
        [String(layer.index), ...figures, headText(ordered[0], write), headText(ordered[ordered.length - 1], write)],
      ];
    }),
  };
}

function headText(head: HeadFigures | undefined, write: Write): string {
  return head === undefined ? '' : `H${String(head.index)} ${write(head.weighted)}`;
}

/** The entries of a head as a table for reading. */
export function entriesTable(entries: readonly Entry[]): TableData {
  const total = entries.reduce((sum, entry) => sum + entry.sigmaSum, 0);
  return {
    header: [
      'mode',
      '\u03c3',
      l10n.t('% of σ'),
      'cosine',
      l10n.t('part of weighted'),
      l10n.t('chance ±'),
      'identified',
    ],
    rows: entries.map((entry) => [
      entry.name,
      sigmaNumber(entry.sigma),
      percent(total > 0 ? entry.sigmaSum / total : 0),
      fixed(entry.cos),
      fixed(entry.part, PART_DECIMALS),
      fixed(entry.band),
      entry.count > 1
        ? l10n.t('as a block of {0}', String(entry.count))
        : entry.looseAngle === null
          ? 'yes'
          : l10n.t('to ±{0}', degrees(entry.looseAngle)),
    ]),
  };
}

/** The modes of a head in full precision, blocks taken apart. */
export function modesTable(head: HeadFigures, entries: readonly Entry[]): TableData {
  return {
    header: ['mode', 'sigma', 'cosine', 'angle', 'block'],
    rows: entries.flatMap((entry) =>
      Array.from({ length: entry.count }, (_, step) => {
        const mode = entry.first + step;
        const figures = [head.sigma[mode], head.cos[mode], head.angle[mode]].map(plainNumber);
        return [`M${String(mode)}`, ...figures, entry.count > 1 ? entry.name : ''];
      }),
    ),
  };
}

/** One head as a line of text with tabs. */
export function headRow(layer: number, head: HeadFigures): string {
  return [placeName(layer, head.index), 'weighted', plainNumber(head.weighted), 'mean', plainNumber(head.mean)].join(
    '\t',
  );
}

/** One entry as a line of text with tabs. */
export function entryRow(layer: number, head: number, entry: Entry): string {
  const name = `${placeName(layer, head)} ${entry.name}`;
  return [name, 'sigma', plainNumber(entry.sigma), 'cosine', plainNumber(entry.cos)].join('\t');
}

/** Figures over distance as a table. @param write how a figure is written: for reading, or in full precision. */
export function distancesTable(points: readonly DistancePoint[], write: Write = fixed): TableData {
  return {
    header: ['distance', 'offsets', 'weighted', l10n.t('chance ±'), 'mean'],
    rows: points.map(({ distance, offsets, weighted, weightedBand, mean }) => [
      String(distance),
      String(offsets),
      ...[weighted, weightedBand, mean].map((value) => write(value)),
    ]),
  };
}
