import path from 'node:path';
import { possibleBasis } from '../../core/analysis/model-figures.js';
import type { Basis } from '../../core/analysis/figures.js';
import { FILE_THEMES } from '../../core/charts/chart-theme.js';
import { layersPicture } from '../../core/charts/pictures.js';
import type { AnalysedModel } from '../../core/export/analysis-json.js';
import { fileCard } from '../../host/cards/file-card.js';
import type { Inspection } from '../../host/engine/contract.js';
import { reportPage } from '../../host/export/report-page.js';
import type { ReportModel } from '../../protocol/report.js';
import type { FileCard } from '../../protocol/panel.js';
import type { CommandContext } from '../context.js';
import { BUNDLES } from '../bundles.js';
import { writeText } from '../output.js';
import { UsageError } from '../usage-error.js';
import { withDistances } from './analyze-distances.js';

/** Draws the layer curve and the map of heads of the one analysed model. */
export async function writeSvg(inspection: Inspection, models: readonly AnalysedModel[], file: string): Promise<void> {
  const [analysed, ...others] = models;
  if (analysed === undefined) throw new UsageError('--svg: there is nothing to draw, since no attention was found');
  if (others.length > 0) {
    const names = models.map(({ model }) => model.name).join(', ');
    throw new UsageError(`--svg draws one model: choose it with --model: ${names}`);
  }
  const { model, figures } = analysed;
  const words = { title: model.title, remark: `${figures.basis} basis · ${shownName(inspection)}` };
  const { renderSvg } = await import('../../host/charts/render-svg.js');
  await writeText(file, renderSvg(layersPicture({ layers: figures.layers, words }, FILE_THEMES.light)));
}

/**
 * Writes the page with live charts; it holds both bases where there are two, so that its switch works.
 * @param distances of figures over distance, which `models` hold already; null where none were asked for.
 * @returns bytes read from disk for the other basis.
 */
export async function writeHtml(
  context: CommandContext,
  inspection: Inspection,
  models: readonly AnalysedModel[],
  file: string,
  distances: readonly number[] | null,
): Promise<number> {
  const { engine, signal } = context;
  if (models.length === 0) throw new UsageError('--html: there is nothing to show, since no attention was found');
  const pages: ReportModel[] = [];
  let bytesRead = 0;
  for (const analysed of models) {
    const { model, figures } = analysed;
    pages.push(pageOf(analysed));
    const other: Basis = figures.basis === 'folded' ? 'raw' : 'folded';
    if (possibleBasis(model, other) !== other) continue;
    const request = { inspection, model: model.name, basis: other, have: [] };
    const analysis = await engine.analyze(request, { onLayer: () => undefined }, signal);
    const plain = { analysed: { model, ...analysis }, warnings: [], bytesRead: analysis.bytesRead };
    const told = distances === null ? plain : await withDistances(context, inspection, plain, distances, true);
    bytesRead += told.bytesRead;
    pages.push(pageOf(told.analysed));
  }
  const shown = new Set(models.map(({ model }) => model.name));
  const card = fileCard(shownName(inspection), inspection);
  const cards = card.models.filter(({ name }) => shown.has(name));
  const report = { file: { ...card, models: distances === null ? cards.map(withoutDistances) : cards }, models: pages };
  await writeText(file, await reportPage(report, BUNDLES));
  return bytesRead;
}

function pageOf({ model, figures, verdict, distances }: AnalysedModel): ReportModel {
  const { basis, bands, layers, warnings } = figures;
  const focus = { model: model.name, basis };
  return { focus, bands, layers, verdict, warnings, ...(distances === undefined ? {} : { distances }) };
}

/** A page computes nothing: it offers figures over distance only where it holds them. */
function withoutDistances(card: FileCard['models'][number]): FileCard['models'][number] {
  const { overDistance, ...rest } = card;
  return overDistance === undefined ? card : rest;
}

function shownName({ checkpoint, source }: Inspection): string {
  return checkpoint.files[0]?.name ?? path.basename(source.path);
}
