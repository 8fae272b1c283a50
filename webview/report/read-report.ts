import { layersFromJson } from '../../src/core/export/figures-json.js';
import { parseReport, type Report, type ReportModel } from '../../src/protocol/report.js';

/** The page's data, whole and checked; null when any of it is anything else. */
export function readReport(text: string): Report | null {
  const parsed = parseReport(text);
  if (parsed === null) return null;
  const models: ReportModel[] = [];
  for (const model of parsed.models) {
    const layers = layersFromJson(model.layers);
    if (layers === null) return null;
    models.push({ ...model, layers });
  }
  return { file: parsed.file, models };
}
