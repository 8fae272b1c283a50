import { analysisToJson } from '../../core/export/analysis-json.js';
import { figuresToCsv } from '../../core/export/csv.js';
import type { FiguresToWrite, FinishedAnalysis } from '../../protocol/figures-file.js';
import type { ReportModel } from '../../protocol/report.js';
import { reportPage } from './report-page.js';

/** The text of a file of figures; the same that the command line writes. */
export async function figuresText(request: FiguresToWrite): Promise<string> {
  const { form, provenance, file, model, analyses, bundles } = request;
  const [{ figures, verdict }] = analyses;
  switch (form) {
    case 'csv':
      return figuresToCsv([figures]);
    case 'json':
      return `${JSON.stringify(analysisToJson(provenance, [{ model, figures, verdict }]), null, 1)}\n`;
    case 'html': {
      const models = file.models.filter(({ name }) => name === model.name);
      return reportPage({ file: { ...file, models }, models: analyses.map(reportModel) }, bundles);
    }
  }
}

function reportModel({ figures, verdict }: FinishedAnalysis): ReportModel {
  const { model, basis, bands, layers, warnings } = figures;
  return { focus: { model, basis }, bands, layers, verdict, warnings };
}
