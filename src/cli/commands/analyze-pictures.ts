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
import type { CommandContext } from '../context.js';
import { BUNDLES } from '../bundles.js';
import { writeText } from '../output.js';
import { UsageError } from '../usage-error.js';

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
 * @returns bytes read from disk for the other basis.
 */
export async function writeHtml(
  { engine, signal }: CommandContext,
  inspection: Inspection,
  models: readonly AnalysedModel[],
  file: string,
): Promise<number> {
  if (models.length === 0) throw new UsageError('--html: there is nothing to show, since no attention was found');
  const pages: ReportModel[] = [];
  let bytesRead = 0;
  for (const { model, figures, verdict } of models) {
    pages.push(pageOf(model.name, figures, verdict));
    const other: Basis = figures.basis === 'folded' ? 'raw' : 'folded';
    if (possibleBasis(model, other) !== other) continue;
    const request = { inspection, model: model.name, basis: other, have: [] };
    const analysis = await engine.analyze(request, { onLayer: () => undefined }, signal);
    bytesRead += analysis.bytesRead;
    pages.push(pageOf(model.name, analysis.figures, analysis.verdict));
  }
  const shown = new Set(models.map(({ model }) => model.name));
  const card = fileCard(shownName(inspection), inspection);
  const report = { file: { ...card, models: card.models.filter(({ name }) => shown.has(name)) }, models: pages };
  await writeText(file, await reportPage(report, BUNDLES));
  return bytesRead;
}

function pageOf(name: string, figures: AnalysedModel['figures'], verdict: AnalysedModel['verdict']): ReportModel {
  const { basis, bands, layers, warnings } = figures;
  return { focus: { model: name, basis }, bands, layers, verdict, warnings };
}

function shownName({ checkpoint, source }: Inspection): string {
  return checkpoint.files[0]?.name ?? path.basename(source.path);
}
