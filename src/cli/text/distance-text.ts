import type { DistancePoint } from '../../core/analysis/distance/over-distance.js';
import type { AnalysedModel } from '../../core/export/analysis-json.js';
import { fixed } from '../../core/text/numbers.js';

/** Weighted cosine of each layer over distance, mean of its heads, a line a layer; empty where it was not asked for. */
export function distanceLines({ model, distances = [] }: AnalysedModel): string[] {
  const [first = []] = distances[0] ?? [];
  if (first.length === 0) return [];
  const unit = model.rotation?.kind === 'grid' ? 'patches' : 'places';
  return [
    `over distance (${unit} from query to key): weighted cosine, mean of the heads`,
    `layer ${first.map(({ distance }) => String(distance).padStart(7)).join('')}`,
    ...distances.map((heads, layer) => {
      const values = first.map((_, at) => fixed(meanOf(heads, at), 3).padStart(7));
      return `${String(layer).padStart(5)} ${values.join('')}`;
    }),
    '',
  ];
}

function meanOf(heads: readonly (readonly DistancePoint[])[], at: number): number | null {
  const values = heads.map((points) => points[at]?.weighted ?? null).filter((value) => value !== null);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
