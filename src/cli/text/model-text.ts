import { parameters } from '../../core/charts/format.js';
import type { Model } from '../../core/model/model.js';
import { modelNotes } from '../../core/model/notes.js';
import { DTYPES } from '../../core/tensors/dtype.js';

/** More names than anybody reads in a terminal. */
const MOST_NAMES = 8;

/** What a model was recognised as and what was assumed, line by line. */
export function modelLines(model: Model): string[] {
  const [first] = model.layers;
  const heads = new Set(model.layers.map((layer) => layer.heads));
  const facts = [
    `${String(model.layers.length)} layers x ${[...heads].join('/')} heads`,
    `width ${[...new Set(model.layers.map((layer) => layer.width))].join('/')}`,
    `head size ${String(first?.headSize ?? 0)}`,
    DTYPES[model.dtype].label,
    `${parameters(model.parameterCount)} parameters`,
  ];
  const assumed = model.assumptions.map((assumption) => `assumed: ${assumption.text}`);
  return [
    `${model.name}: ${model.title} · ${facts.join(' · ')}`,
    `recognised as ${model.family} from ${[`${String(model.tensorCount)} tensors`, ...model.confirmedBy].join(' and ')}${assumed.length === 0 ? ', nothing assumed' : ''}`,
    ...assumed,
    ...modelNotes(model).map((note) => `note: ${note}`),
    ...(model.unmatched.length === 0 ? [] : [`not placed: ${someNames(model.unmatched)}`]),
  ];
}

function someNames(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMES).join(', ');
  return names.length > MOST_NAMES ? `${shown} and ${String(names.length - MOST_NAMES)} others` : shown;
}
