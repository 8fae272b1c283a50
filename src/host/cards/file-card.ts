import { turningAssumptions, turningOf } from '../../core/analysis/distance/turning.js';
import type { Model } from '../../core/model/model.js';
import { modelNotes } from '../../core/model/notes.js';
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
    notes: modelNotes(model),
    ...overDistance(model),
  };
}

function overDistance(model: Model): Pick<ModelCard, 'overDistance'> {
  const turning = turningOf(model);
  if (turning === null) return {};
  const unit = turning.rotation.kind === 'grid' ? 'patches' : 'places';
  return { overDistance: { unit, assumed: turningAssumptions(model) } };
}
