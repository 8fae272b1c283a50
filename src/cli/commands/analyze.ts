import { possibleBasis } from '../../core/analysis/model-figures.js';
import type { Warning } from '../../core/errors.js';
import { type AnalysedModel, analysisToJson } from '../../core/export/analysis-json.js';
import { figuresToCsv } from '../../core/export/csv.js';
import type { Model } from '../../core/model/model.js';
import type { Inspection } from '../../host/engine/contract.js';
import { chooseModels } from '../choose-models.js';
import type { CommandContext } from '../context.js';
import { type CommonOptions, inspectRequest } from '../options.js';
import { print, writeJson, writeText } from '../output.js';
import { createProgress } from '../progress.js';
import { noAttention, provenance, tellWarnings } from '../report.js';
import { analysisText } from '../text/analysis-text.js';
import { withDistances } from './analyze-distances.js';
import { writeNpz } from './analyze-npz.js';
import { writeHtml, writeSvg } from './analyze-pictures.js';

/** Files that `analyze` writes beside its result, each a path or null. */
export interface AnalyzeFiles {
  readonly csv: string | null;
  readonly npz: string | null;
  /** Whether the npz holds the singular vectors too. */
  readonly vectors: boolean;
  readonly svg: string | null;
  readonly html: string | null;
}

/** `analyze FILE`: the interaction analysis of all its obvious models; at `distances` too, where it is not null. */
export async function analyzeCommand(
  context: CommandContext,
  file: string,
  options: CommonOptions,
  files: AnalyzeFiles,
  distances: readonly number[] | null,
): Promise<void> {
  const { engine, signal } = context;
  engine.warm();
  const inspection = await engine.inspect(inspectRequest(file, options), signal);
  const warnings = [...inspection.warnings, ...noAttention(inspection)];
  const analysed: AnalysedModel[] = [];
  let bytesRead = 0;
  for (const model of chooseModels(inspection.recognition, options.model)) {
    const plain = await analyzeModel(context, inspection, model, options);
    const result =
      distances === null ? plain : await withDistances(context, inspection, plain, distances, options.quiet);
    analysed.push(result.analysed);
    warnings.push(...result.warnings);
    bytesRead += result.bytesRead;
  }
  if (files.csv !== null) await writeText(files.csv, figuresToCsv(analysed.map(({ figures }) => figures)));
  if (files.npz !== null) {
    bytesRead += await writeNpz(context, inspection, analysed, files.npz, files.vectors);
  }
  if (files.svg !== null) await writeSvg(inspection, analysed, files.svg);
  if (files.html !== null) bytesRead += await writeHtml(context, inspection, analysed, files.html, distances);
  if (options.json !== null) {
    await writeJson(
      options.json,
      analysisToJson(provenance(context, 'analyze', inspection, bytesRead, warnings), analysed),
    );
    return;
  }
  tellWarnings(warnings, options.quiet);
  const page = files.html === null ? '' : `\nThe charts: ${files.html}\n`;
  await print(`${analysed.map(analysisText).join('\n')}${page}`);
}

async function analyzeModel(
  { engine, signal }: CommandContext,
  inspection: Inspection,
  model: Model,
  options: CommonOptions,
): Promise<{ analysed: AnalysedModel; warnings: readonly Warning[]; bytesRead: number }> {
  const basis = possibleBasis(model, options.basis);
  const progress = createProgress(process.stderr, options.quiet);
  let done = 0;
  const analysis = await engine
    .analyze(
      { inspection, model: model.name, basis, have: [] },
      {
        onLayer: () => {
          progress.update(++done, model.layers.length, `${model.name}: layer`);
        },
      },
      signal,
    )
    .finally(() => {
      progress.clear();
    });
  const noNorm: Warning = {
    code: 'no-norm',
    message: `${model.name}: no norm feeds this attention, so there is no folded basis; the figures are in the raw basis.`,
  };
  return {
    analysed: { model, figures: analysis.figures, verdict: analysis.verdict },
    warnings: [...(basis === options.basis ? [] : [noNorm]), ...analysis.figures.warnings],
    bytesRead: analysis.bytesRead,
  };
}
