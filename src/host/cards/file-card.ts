import type { Model } from '../../core/model/model.js';
import { DTYPES } from '../../core/tensors/dtype.js';
import type { FileCard, ModelCard } from '../../protocol/panel.js';
import type { Inspection } from '../engine/contract.js';

/** What the header of a panel or page shows of a checkpoint. */
export function fileCard(fileName: string, { source, recognition, warnings }: Inspection): FileCard {
  return {
    fileName,
    format: source.format,
    sizeBytes: source.sizeBytes,
    models: recognition.models.map(modelCard),
    others: recognition.others,
    warnings,
  };
}

/** What the header shows of one model. */
function modelCard(model: Model): ModelCard {
  const [first] = model.layers;
  return {
    name: model.name,
    title: model.title,
    remark: model.remark,
    family: model.family,
    depth: model.layers.length,
    heads: model.layers.map(({ heads }) => heads),
    width: first?.width ?? 0,
    headSize: first?.headSize ?? 0,
    dtypeLabel: DTYPES[model.dtype].label,
    parameterCount: model.parameterCount,
    tensorCount: model.tensorCount,
    confirmedBy: model.confirmedBy,
    assumptions: model.assumptions,
    hasNorm: model.layers.every(({ norm }) => norm !== null),
    notes: notes(model),
  };
}

/** What a reader of this model's figures must know, a sentence each. */
function notes(model: Model): string[] {
  const [first] = model.layers;
  const grouped = first !== undefined && first.keyValueHeads < first.heads;
  return [
    model.position === 'rope' &&
      'Rotary positions turn queries and keys after these weights: the figures hold for tokens at the same place.',
    model.position === 'relative-bias' && 'The model adds a position bias to the scores; it is no part of the figures.',
    model.layers.some(({ qkNorm }) => qkNorm) &&
      'The model normalises queries and keys before their product; the figures describe the weights without that step.',
    grouped && `${String(first.heads)} query heads share ${String(first.keyValueHeads)} key heads.`,
    model.causal && 'Causal attention: a token sees only the tokens before it.',
  ].filter((note) => note !== false);
}
