import type { ModelFigures } from '../analysis/figures.js';
import { type VerdictPart, verdictText } from '../analysis/verdict.js';
import type { Warning } from '../errors.js';
import type { Model } from '../model/model.js';
import { layersToJson } from './figures-json.js';
import { modelToJson } from './model-json.js';

/** Version of the form of all JSON that leaves the program; raised when a field changes its name or meaning. */
const SCHEMA = 1;

/** Where a result comes from: the common head of every JSON. */
export interface Provenance {
  readonly version: string;
  readonly command: string;
  readonly source: {
    readonly path: string;
    readonly format: string;
    readonly sizeBytes: number;
    readonly bytesRead: number;
    readonly identity: string;
  };
  readonly warnings: readonly Warning[];
  readonly totalMs: number;
}

/** One analysed model. */
export interface AnalysedModel {
  readonly model: Model;
  readonly figures: ModelFigures;
  readonly verdict: readonly VerdictPart[];
}

/** The common head of every JSON. */
export function headToJson({ version, command, source, warnings, totalMs }: Provenance) {
  return {
    schema: SCHEMA,
    program: { name: 'qk-lens', version },
    command,
    source,
    warnings,
    timing: { totalMs },
  };
}

/** The result of `analyze` as JSON values, in full precision. */
export function analysisToJson(provenance: Provenance, models: readonly AnalysedModel[]) {
  return {
    ...headToJson(provenance),
    models: models.map(({ model, figures, verdict }) => ({
      ...modelToJson(model),
      basis: figures.basis,
      summary: { verdict: verdictText(verdict) },
      bands: figures.bands,
      layers: layersToJson(figures.layers),
    })),
  };
}
