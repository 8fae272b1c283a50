import { possibleBasis } from '../../core/analysis/model-figures.js';
import type { Inspection } from '../../host/engine/contract.js';
import { DTYPES } from '../../core/tensors/dtype.js';
import type { Assumption, Model } from '../../core/model/model.js';
import type { FileCard, ModelCard } from '../../protocol/panel.js';
import type { Choices } from './choices.js';

/** What the panel's header shows of a checkpoint, given what the person said about it. */
export function fileCard(fileName: string, inspection: Inspection, choices: Choices, asFound: Inspection): FileCard {
  const { source, recognition, warnings } = inspection;
  return {
    fileName,
    format: source.format,
    sizeBytes: source.sizeBytes,
    models: recognition.models.map((model) => modelCard(model, choices, counterpart(model, asFound))),
    others: recognition.others,
    warnings,
  };
}

const counterpart = (model: Model, asFound: Inspection): Model | undefined =>
  asFound.recognition.models.find(({ name }) => name === model.name);

function modelCard(model: Model, choices: Choices, found: Model | undefined): ModelCard {
  const first = model.layers[0];
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
    ...confirmation(model, choices, found),
    hasNorm: possibleBasis(model, 'folded') === 'folded',
    notes: notes(model),
  };
}

/** Assumptions still open, and what the rest rests on: an assumption that the person keeps is confirmed by that. */
function confirmation(
  model: Model,
  { heads, kept = [] }: Choices,
  found: Model | undefined,
): Pick<ModelCard, 'assumptions' | 'confirmedBy'> {
  const assumed = found?.assumptions.find(({ code }) => code === 'heads');
  const others = model.assumptions.filter(({ code }) => heads === undefined || code !== 'heads');
  const all = heads === undefined || assumed === undefined ? others : [chosenHeads(heads, assumed), ...others];
  const open = all.filter(({ code }) => !kept.includes(code));
  const confirmed = open.length < all.length ? [...model.confirmedBy, 'your choice'] : model.confirmedBy;
  return { assumptions: open, confirmedBy: confirmed };
}

/** The assumption on heads after a choice, so that the choice can be seen and taken back. */
function chosenHeads(heads: number, assumed: Assumption): Assumption {
  const choices = assumed.choices.includes(heads)
    ? assumed.choices
    : [...assumed.choices, heads].sort((one, other) => one - other);
  const before = assumed.value === null ? '' : `; ${assumed.value} would be assumed`;
  return {
    code: 'heads',
    text: `${heads} heads, as you chose${before}. Every head figure depends on it.`,
    choices,
    value: heads,
  };
}

/** What a reader of this model's figures must know, one sentence each. */
function notes(model: Model): string[] {
  const first = model.layers[0];
  const grouped = first !== undefined && first.keyValueHeads < first.heads;
  return [
    model.position === 'rope' &&
      'Rotary positions turn queries and keys after these weights: the figures hold for tokens at the same place.',
    model.position === 'relative-bias' && 'The model adds a position bias to the scores; it is no part of the figures.',
    model.layers.some(({ qkNorm }) => qkNorm) &&
      'The model normalises queries and keys before their product; the figures describe the weights without that step.',
    grouped && `${first.heads} query heads share ${first.keyValueHeads} key heads.`,
    model.causal && 'Causal attention: a token sees only the tokens before it.',
  ].filter((note) => note !== false);
}
