import type { AnalysedModel } from '../../core/export/analysis-json.js';
import { verdictText } from '../../core/analysis/verdict.js';
import type { LayerFigures } from '../../core/analysis/figures.js';
import { fixed } from '../../core/text/numbers.js';
import { changeLines } from './change-text.js';
import { distanceLines } from './distance-text.js';
import { modelLines } from './model-text.js';

/** Columns of the small chart on either side of zero. */
const HALF = 12;

/** More heads than fit beside a layer in a terminal. */
const MOST_HEADS = 16;

/** An analysed model for reading: what it is, the verdict, and a line a layer with a small chart. */
export function analysisText(analysed: AnalysedModel): string {
  const { model, figures, verdict } = analysed;
  const { layers, basis } = figures;
  const band = layers.find((layer) => layer.weightedBand !== null)?.weightedBand ?? null;
  const lines = [
    ...modelLines(model),
    '',
    verdictText(verdict),
    '',
    `basis ${basis}; weighted cosine: above 0 similar, below 0 dissimilar; chance keeps a layer within ±${fixed(band, 3)} (99 %)`,
    '',
    `layer  weighted    mean  symmetric  ${'dissimilar'.padEnd(HALF)}|${'similar'.padStart(HALF)}  ${headTitle(layers)}`,
    ...layers.map(layerLine),
    '',
    ...distanceLines(analysed),
    ...changeLines(layers),
  ];
  return lines.join('\n');
}

function headTitle(layers: readonly LayerFigures[]): string {
  const most = Math.max(...layers.map((layer) => layer.heads.length));
  return most > MOST_HEADS
    ? `weighted of the first ${String(MOST_HEADS)} of ${String(most)} heads`
    : 'weighted of each head';
}

function layerLine(layer: LayerFigures): string {
  const heads = layer.heads.slice(0, MOST_HEADS).map((head) => fixed(head.weighted).padStart(5));
  return [
    String(layer.index).padStart(5),
    fixed(layer.weighted, 3).padStart(9),
    fixed(layer.mean, 3).padStart(7),
    fixed(layer.symmetricShare).padStart(10),
    ` ${bar(layer.weighted)} `,
    heads.join(' '),
  ].join(' ');
}

function bar(value: number | null): string {
  const length = Math.min(HALF, Math.round(Math.abs(value ?? 0) * HALF));
  const fill = '█'.repeat(length);
  return (value ?? 0) < 0 ? `${fill.padStart(HALF)}|${' '.repeat(HALF)}` : `${' '.repeat(HALF)}|${fill.padEnd(HALF)}`;
}
