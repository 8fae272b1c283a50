import type { HeadFigures, LayerFigures } from '../../core/analysis/figures.js';
import { verdictText } from '../../core/analysis/verdict.js';
import { quoteName } from '../../core/bytes/quote.js';
import { direction } from '../../core/charts/words.js';
import type { Model } from '../../core/model/model.js';
import type { Analysis, Inspection } from '../../host/engine/contract.js';

/** A chat reads every word: lists are cut off here, and say so. */
const MAX_LISTED = 10;

/** What a file holds, for a chat. */
export function inspectAnswer({ source, tensors, recognition, warnings }: Inspection): object {
  return {
    format: source.format,
    sizeBytes: source.sizeBytes,
    tensors: tensors.length,
    models: recognition.models.slice(0, MAX_LISTED).map(modelAnswer),
    ...(recognition.models.length > MAX_LISTED && { moreModels: recognition.models.length - MAX_LISTED }),
    ...(recognition.looksLike !== null && { looksLike: quoteName(recognition.looksLike) }),
    warnings: warnings.slice(0, MAX_LISTED).map(({ message }) => message),
  };
}

function modelAnswer(model: Model): object {
  const [first] = model.layers;
  return {
    name: quoteName(model.name),
    title: quoteName(model.title),
    layers: model.layers.length,
    heads: first?.heads ?? 0,
    headSize: first?.headSize ?? 0,
    width: first?.width ?? 0,
    patch: model.patch,
    dtype: model.dtype,
    parameters: model.parameterCount,
    assumptions: model.assumptions.map(({ text }) => text),
  };
}

/** What a model's heads compare, for a chat. */
export function analyzeAnswer({ figures, verdict }: Analysis): object {
  const { layers } = figures;
  const heads = layers.flatMap((layer) => layer.heads.map((head) => ({ layer: layer.index, head })));
  const below = heads
    .filter(({ head }) => direction(head.weighted, head.weightedBand) === 'dissimilar')
    .sort((one, other) => (one.head.weighted ?? 0) - (other.head.weighted ?? 0));
  const above = heads
    .filter(({ head }) => direction(head.weighted, head.weightedBand) === 'similar')
    .sort((one, other) => (other.head.weighted ?? 0) - (one.head.weighted ?? 0));
  const place = ({ layer, head }: (typeof heads)[number]): object => ({
    layer,
    head: head.index,
    weighted: rounded(head.weighted),
  });
  return {
    model: quoteName(figures.model),
    basis: figures.basis,
    verdict: verdictText(verdict),
    meaning: MEANING,
    layers: layers.map(layerAnswer),
    heads: heads.length,
    dissimilarHeads: { count: below.length, lowest: below.slice(0, MAX_LISTED).map(place) },
    similarHeads: { count: above.length, highest: above.slice(0, MAX_LISTED).map(place) },
    warnings: figures.warnings.slice(0, MAX_LISTED).map(({ message }) => message),
  };
}

const MEANING =
  'weighted: mean cosine between what a head looks for (query) and what answers (key), -1 to 1, weighted by singular value; above the chance band the head attends to similar tokens, below it to dissimilar ones';

function layerAnswer({ index, weighted, weightedBand }: LayerFigures): object {
  return { layer: index, weighted: rounded(weighted), chance: rounded(weightedBand) };
}

/** The figures of one head, for a chat. */
export function headAnswer({ figures }: Analysis, layer: number, head: HeadFigures): object {
  const modes = Array.from(head.sigma.slice(0, MAX_LISTED), (sigma, mode) => ({
    mode,
    sigma: rounded(sigma),
    cosine: rounded(head.cos[mode] ?? null),
  }));
  return {
    model: quoteName(figures.model),
    basis: figures.basis,
    meaning: MEANING,
    layer,
    head: head.index,
    looksFor: head.trouble ?? direction(head.weighted, head.weightedBand),
    weighted: rounded(head.weighted),
    chance: rounded(head.weightedBand),
    mean: rounded(head.mean),
    symmetricShare: rounded(head.symmetricShare),
    modes: head.sigma.length,
    strongestModes: modes,
  };
}

/** Four digits that count: more are noise to a reader. */
function rounded(value: number | null): number | null {
  return value === null || !Number.isFinite(value) ? null : Number(value.toPrecision(4));
}
