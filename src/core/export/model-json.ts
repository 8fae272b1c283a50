import type { LayerSpec, Model } from '../model/model.js';
import { modelNotes } from '../model/notes.js';

/** What was recognised of a model, as the command line tells it; figures that differ from layer to layer are lists. */
export function modelToJson(model: Model) {
  const [first] = model.layers;
  return {
    name: model.name,
    title: model.title,
    wrapper: model.wrapper,
    prefix: model.prefix,
    family: model.family,
    tower: model.tower,
    depth: model.layers.length,
    heads: ofLayers(model, (layer) => layer.heads),
    width: ofLayers(model, (layer) => layer.width),
    headSize: ofLayers(model, (layer) => layer.headSize),
    keyValueHeads: ofLayers(model, (layer) => layer.keyValueHeads),
    scale: ofLayers(model, (layer) => layer.scale),
    dtype: model.dtype,
    parameters: model.parameterCount,
    tensors: model.tensorCount,
    patch: model.patch,
    imageSize: model.imageSize,
    prefixTokens: model.prefixTokens,
    position: model.position,
    qkvBias: {
      q: first?.query.bias != null,
      k: first?.key.bias != null,
      v: first?.value?.bias != null,
    },
    qkNorm: model.layers.some((layer) => layer.qkNorm),
    normBeforeAttention: first?.norm?.kind ?? null,
    causal: model.causal,
    confirmedBy: model.confirmedBy,
    notes: modelNotes(model),
    assumed: model.assumptions.map((assumption) => assumption.text),
    unmatched: model.unmatched,
  };
}

/** One number where all layers agree, else one a layer; null for a model without layers. */
function ofLayers(model: Model, pick: (layer: LayerSpec) => number): number | number[] | null {
  const values = model.layers.map(pick);
  const [first] = values;
  if (first === undefined) return null;
  return values.every((value) => value === first) ? first : values;
}
