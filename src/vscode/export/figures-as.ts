import { setImmediate } from 'node:timers/promises';
import { analysisToJson } from '../../core/export/analysis-json.js';
import { figuresToCsv } from '../../core/export/csv.js';
import type { ModelFigures } from '../../core/analysis/figures.js';
import type { Analysis } from '../../host/engine/contract.js';
import { identityText } from '../../host/engine/identity.js';
import { findModel, type Opened } from '../session/opened.js';
import type { Run } from '../session/run.js';

/** Finished figures, and what they are of. */
export interface FinishedFigures {
  readonly opened: Opened;
  readonly run: Run;
  readonly analysis: Analysis;
  readonly version: string;
}

/** The figures as the text of a file; the same texts that the command line writes. */
export async function figuresAs(form: 'csv' | 'json', finished: FinishedFigures): Promise<string> {
  return form === 'csv' ? asCsv(finished.analysis.figures) : asJson(finished);
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

function asJson({ opened, run, analysis, version }: FinishedFigures): string {
  const { source, warnings } = opened.inspection;
  const model = findModel(opened, run.focus.model);
  const json = analysisToJson(
    {
      version,
      command: 'analyze',
      source: {
        path: source.path,
        format: source.format,
        sizeBytes: source.sizeBytes,
        bytesRead: source.bytesRead + analysis.bytesRead,
        identity: identityText(source.identity),
      },
      warnings: [...warnings, ...analysis.figures.warnings],
      totalMs: run.elapsedMs,
    },
    model === undefined ? [] : [{ model, figures: analysis.figures, verdict: analysis.verdict }],
  );
  return `${JSON.stringify(json, null, 1)}\n`;
}
