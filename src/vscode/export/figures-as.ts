import { setImmediate } from 'node:timers/promises';
import type { Basis, ModelFigures } from '../../core/analysis/figures.js';
import { possibleBasis } from '../../core/analysis/model-figures.js';
import { analysisToJson } from '../../core/export/analysis-json.js';
import { figuresToCsv } from '../../core/export/csv.js';
import type { Model } from '../../core/model/model.js';
import type { Analysis } from '../../host/engine/contract.js';
import { reportPage } from '../../host/export/report-page.js';
import type { Focus } from '../../protocol/panel.js';
import type { ReportModel } from '../../protocol/report.js';
import type { Opened } from '../session/opened.js';
import type { FiguresForm } from './formats.js';
import { provenanceOf } from './provenance.js';

/** Finished figures, and what they are of. */
export interface FinishedFigures {
  readonly opened: Opened;
  readonly model: Model;
  readonly analysis: Analysis;
  /** Time that the analysis took. */
  readonly elapsedMs: number;
  /** Gives the figures in the other basis. */
  readonly analyse: (focus: Focus) => Promise<Analysis>;
  readonly version: string;
  /** Folder of the built bundles. */
  readonly bundles: string;
}

/** The figures as the text of a file; the same texts that the command line writes. */
export async function figuresAs(form: FiguresForm, finished: FinishedFigures): Promise<string> {
  switch (form) {
    case 'csv':
      return asCsv(finished.analysis.figures);
    case 'json':
      return asJson(finished);
    case 'html':
      return asHtml(finished);
  }
}

/** Layer by layer, since the rows of a large model would block the extension host if they were made in one go. */
async function asCsv(figures: ModelFigures): Promise<string> {
  const parts: string[] = [];
  for (const layer of figures.layers) {
    const text = figuresToCsv([{ ...figures, layers: [layer] }]);
    parts.push(parts.length === 0 ? text : text.slice(text.indexOf('\n') + 1));
    await setImmediate();
  }
  return parts.join('');
}

function asJson({ opened, model, analysis, elapsedMs, version }: FinishedFigures): string {
  const { figures, verdict, bytesRead } = analysis;
  const told = { version, command: 'analyze', warnings: figures.warnings, totalMs: elapsedMs, bytesRead };
  const provenance = provenanceOf(opened, told);
  return `${JSON.stringify(analysisToJson(provenance, [{ model, figures, verdict }]), null, 1)}\n`;
}

/** In both bases where there are two, so that the page's switch works. */
async function asHtml({ opened, model, analysis, analyse, bundles }: FinishedFigures): Promise<string> {
  const models = [reportModel(analysis)];
  const other: Basis = analysis.figures.basis === 'folded' ? 'raw' : 'folded';
  if (possibleBasis(model, other) === other) {
    models.push(reportModel(await analyse({ model: model.name, basis: other })));
  }
  const file = { ...opened.card, models: opened.card.models.filter(({ name }) => name === model.name) };
  return reportPage({ file, models }, bundles);
}

function reportModel({ figures, verdict }: Analysis): ReportModel {
  const { model, basis, bands, layers, warnings } = figures;
  return { focus: { model, basis }, bands, layers, verdict, warnings };
}
