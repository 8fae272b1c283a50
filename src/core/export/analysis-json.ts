import type { ModelFigures } from '../analysis/figures.js';
import type { DistancePoint } from '../analysis/distance/over-distance.js';
import { type VerdictPart, verdictText } from '../analysis/verdict.js';
import type { Warning } from '../errors.js';
import type { Model } from '../model/model.js';
import type { AdapterFacts } from '../tensors/tensor-index.js';
import { layersToJson, type LayersJson } from './figures-json.js';
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
  /** The adapter over the weights, or that they are. */
  readonly adapter?: AdapterFacts;
  readonly totalMs: number;
}

/** One analysed model. */
export interface AnalysedModel {
  readonly model: Model;
  readonly figures: ModelFigures;
  readonly verdict: readonly VerdictPart[];
  /** By layers and heads, where they were asked for. */
  readonly distances?: readonly (readonly (readonly DistancePoint[])[])[];
}

/** The common head of every JSON. */
export function headToJson({ version, command, source, warnings, adapter, totalMs }: Provenance) {
  return {
    schema: SCHEMA,
    program: { name: 'qk-lens', version },
    command,
    source,
    warnings,
    ...(adapter === undefined ? {} : { adapter }),
    timing: { totalMs },
  };
}

/** The result of `analyze` as JSON values, in full precision. */
export function analysisToJson(provenance: Provenance, models: readonly AnalysedModel[]) {
  return {
    ...headToJson(provenance),
    models: models.map(({ model, figures, verdict, distances }) => ({
      ...modelToJson(model),
      basis: figures.basis,
      summary: { verdict: verdictText(verdict) },
      bands: figures.bands,
      layers: withDistances(layersToJson(figures.layers), distances),
    })),
  };
}

/** Each head with its figures over distance, where they are there; `offset` is the distance, `offsets` how many ways lie so far apart. */
function withDistances(layers: LayersJson, distances: AnalysedModel['distances']) {
  if (distances === undefined) return layers;
  return layers.map((layer, index) => ({
    ...layer,
    heads: layer.heads.map((head, position) => ({
      ...head,
      distance:
        distances[index]?.[position]?.map(({ distance, ...figures }) => ({ offset: distance, ...figures })) ?? [],
    })),
  }));
}
