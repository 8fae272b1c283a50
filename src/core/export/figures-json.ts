import * as v from 'valibot';
import type { HeadChange, HeadFigures, LayerFigures } from '../analysis/figures.js';

// The one JSON form of figures: of the command line's output, the cache, and the HTML page. NaN, which JSON lacks, is null.

const number = v.nullable(v.number());
const numbers = v.array(number);

const headSchema = v.object({
  index: v.number(),
  mean: number,
  weighted: number,
  weightedBand: number,
  symmetricShare: number,
  trace: number,
  nuclear: number,
  frobenius: number,
  sigma: numbers,
  cos: numbers,
  roundingNoise: v.object({ query: number, key: number }),
  angle: numbers,
  blocks: v.array(v.tuple([v.number(), v.number()])),
  selfCheck: v.object({ trace: number, frobenius: number }),
  trouble: v.nullable(v.picklist(['not-finite', 'zero'])),
  change: v.exactOptional(
    v.object({ relativeFrobenius: number, weightedBefore: number, weighted: number, sigma: numbers, cos: numbers }),
  ),
});

const layersSchema = v.array(
  v.object({
    index: v.number(),
    mean: number,
    weighted: number,
    symmetricShare: number,
    weightedBand: number,
    modeBand: v.number(),
    heads: v.array(headSchema),
  }),
);

/** Figures of layers as plain JSON values. */
export type LayersJson = v.InferOutput<typeof layersSchema>;

type HeadJson = v.InferOutput<typeof headSchema>;

/** Figures of layers as plain JSON values, in full precision. */
export function layersToJson(layers: readonly LayerFigures[]): LayersJson {
  return layers.map((layer) => ({ ...layer, heads: layer.heads.map(headToJson) }));
}

/** Figures of layers out of parsed JSON; null when it is anything else. */
export function layersFromJson(value: unknown): LayerFigures[] | null {
  const parsed = v.safeParse(layersSchema, value);
  return parsed.success ? parsed.output.map((layer) => ({ ...layer, heads: layer.heads.map(headFromJson) })) : null;
}

function headToJson(head: HeadFigures): HeadJson {
  return {
    index: head.index,
    mean: head.mean,
    weighted: head.weighted,
    weightedBand: head.weightedBand,
    symmetricShare: head.symmetricShare,
    trace: toNull(head.trace),
    nuclear: toNull(head.nuclear),
    frobenius: toNull(head.frobenius),
    sigma: Array.from(head.sigma, toNull),
    cos: Array.from(head.cos, toNull),
    roundingNoise: { query: toNull(head.roundingNoise.query), key: toNull(head.roundingNoise.key) },
    angle: Array.from(head.angle, toNull),
    blocks: head.blocks.map(([first, last]) => [first, last]),
    selfCheck: { trace: toNull(head.selfCheck.trace), frobenius: toNull(head.selfCheck.frobenius) },
    trouble: head.trouble,
    ...(head.change === undefined ? {} : { change: changeToJson(head.change) }),
  };
}

function changeToJson(change: HeadChange): NonNullable<HeadJson['change']> {
  return { ...change, sigma: Array.from(change.sigma, toNull), cos: Array.from(change.cos, toNull) };
}

function headFromJson({ change, ...head }: HeadJson): HeadFigures {
  return {
    ...head,
    trace: toNaN(head.trace),
    nuclear: toNaN(head.nuclear),
    frobenius: toNaN(head.frobenius),
    sigma: Float64Array.from(head.sigma, toNaN),
    cos: Float64Array.from(head.cos, toNaN),
    angle: Float64Array.from(head.angle, toNaN),
    roundingNoise: { query: toNaN(head.roundingNoise.query), key: toNaN(head.roundingNoise.key) },
    selfCheck: { trace: toNaN(head.selfCheck.trace), frobenius: toNaN(head.selfCheck.frobenius) },
    ...(change === undefined ? {} : { change: changeFromJson(change) }),
  };
}

function changeFromJson(change: NonNullable<HeadJson['change']>): HeadChange {
  return { ...change, sigma: Float64Array.from(change.sigma, toNaN), cos: Float64Array.from(change.cos, toNaN) };
}

function toNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function toNaN(value: number | null): number {
  return value ?? NaN;
}
