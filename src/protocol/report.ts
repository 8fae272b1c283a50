import * as v from 'valibot';
import type { DistancePoint } from '../core/analysis/distance/over-distance.js';
import type { ChanceBands, LayerFigures } from '../core/analysis/figures.js';
import type { VerdictPart } from '../core/analysis/verdict.js';
import type { Warning } from '../core/errors.js';
import type { FileCard, Focus } from './panel.js';

/** Raised when the embedded data changes its meaning. */
const REPORT_SCHEMA = 1;

/** The finished figures of one model in one basis. */
export interface ReportModel {
  readonly focus: Focus;
  readonly bands: ChanceBands;
  readonly layers: readonly LayerFigures[];
  readonly verdict: readonly VerdictPart[];
  readonly warnings: readonly Warning[];
  /** Figures over distance, head by head of each layer; only where they were asked for. */
  readonly distances?: readonly (readonly (readonly DistancePoint[])[])[];
}

/** What the self-contained page shows. */
export interface Report {
  readonly file: FileCard;
  /** At least one; those of the same model in both bases make the basis switch work. */
  readonly models: readonly ReportModel[];
}

/** The same out of a page's text: checked, but for the figures of the layers. */
export interface ParsedReport {
  readonly file: FileCard;
  readonly models: readonly (Omit<ReportModel, 'layers'> & { readonly layers: unknown })[];
}

/**
 * The text of the page's data element. Every `<` is escaped, so that no name out of a file can end the element.
 * @returns JSON for `<script type="application/json" id="qk-lens-data">`; figures in the form of `layersFromJson`.
 */
export function reportText(report: Report): string {
  const text = JSON.stringify({ schema: REPORT_SCHEMA, ...report }, (_key, value: unknown) =>
    value instanceof Float64Array ? Array.from(value) : value,
  );
  return text.replaceAll('<', '\\u003c');
}

const warnings = v.array(v.object({ code: v.string(), message: v.string() }));
const focus = v.object({ model: v.string(), basis: v.picklist(['folded', 'raw']) });

const assumption = v.object({
  code: v.picklist(['heads', 'patch', 'image-size', 'norm', 'layout', 'other']),
  text: v.string(),
  choices: v.array(v.number()),
  value: v.nullable(v.number()),
});

const modelCard = v.object({
  name: v.string(),
  title: v.string(),
  remark: v.string(),
  family: v.string(),
  depth: v.number(),
  heads: v.array(v.number()),
  width: v.number(),
  headSize: v.number(),
  dtypeLabel: v.string(),
  parameterCount: v.number(),
  tensorCount: v.number(),
  confirmedBy: v.array(v.string()),
  assumptions: v.array(assumption),
  hasNorm: v.boolean(),
  notes: v.array(v.string()),
  overDistance: v.exactOptional(v.object({ unit: v.picklist(['patches', 'places']), assumed: v.array(v.string()) })),
});

const fileCard = v.object({
  fileName: v.string(),
  format: v.string(),
  sizeBytes: v.number(),
  models: v.array(modelCard),
  others: v.array(v.object({ name: v.string(), tensorCount: v.number() })),
  warnings,
});

const verdictPart = v.object({
  text: v.string(),
  place: v.exactOptional(v.object({ layer: v.number(), head: v.nullable(v.number()) })),
  emphasis: v.exactOptional(v.literal(true)),
});

const figure = v.nullable(v.number());
const distancePoint = v.object({
  distance: v.number(),
  offsets: v.number(),
  weighted: figure,
  mean: figure,
  weightedBand: figure,
});

const reportSchema = v.object({
  schema: v.literal(REPORT_SCHEMA),
  file: fileCard,
  models: v.pipe(
    v.array(
      v.object({
        focus,
        bands: v.object({ mode: v.number(), headMean: v.number(), layerMean: v.number() }),
        layers: v.unknown(),
        verdict: v.array(verdictPart),
        warnings,
        distances: v.exactOptional(v.array(v.array(v.array(distancePoint)))),
      }),
    ),
    v.minLength(1),
  ),
});

/** The data of a page out of its element's text; null when it is anything else. */
export function parseReport(text: string): ParsedReport | null {
  const parsed = v.safeParse(reportSchema, parseJson(text));
  return parsed.success ? parsed.output : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
