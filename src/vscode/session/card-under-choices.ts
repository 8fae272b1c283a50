import { l10n } from 'vscode';
import type { Assumption } from '../../core/model/model.js';
import { fileCard } from '../../host/cards/file-card.js';
import type { Inspection } from '../../host/engine/contract.js';
import type { FileCard, ModelCard } from '../../protocol/panel.js';
import type { Choices } from './choices.js';

/**
 * What the panel's header shows of a checkpoint, given what the person said about it.
 * @param asFound the same file without the choices.
 */
export function cardUnderChoices(
  fileName: string,
  inspection: Inspection,
  choices: Choices,
  asFound: Inspection,
): FileCard {
  const card = fileCard(fileName, inspection);
  const models = card.models.map((model) => {
    const found = asFound.recognition.models.find(({ name }) => name === model.name);
    return { ...model, ...confirmation(model, choices, found?.assumptions ?? []) };
  });
  return { ...card, models };
}

/** Assumptions still open, and what the rest rests on: an assumption that the person keeps is confirmed by that. */
function confirmation(
  { assumptions, confirmedBy }: ModelCard,
  { heads, kept = [] }: Choices,
  found: readonly Assumption[],
): Pick<ModelCard, 'assumptions' | 'confirmedBy'> {
  const assumed = found.find(({ code }) => code === 'heads');
  const others = assumptions.filter(({ code }) => heads === undefined || code !== 'heads');
  const all = heads === undefined || assumed === undefined ? others : [chosenHeads(heads, assumed), ...others];
  const open = all.filter(({ code }) => !kept.includes(code));
  return {
    assumptions: open,
    confirmedBy: open.length < all.length ? [...confirmedBy, l10n.t('your choice')] : confirmedBy,
  };
}

/** The assumption on heads after a choice, so that the choice can be seen and taken back. */
function chosenHeads(heads: number, assumed: Assumption): Assumption {
  const choices = assumed.choices.includes(heads)
    ? assumed.choices
    : [...assumed.choices, heads].sort((one, other) => one - other);
  const text =
    assumed.value === null
      ? l10n.t('{0} heads, as you chose. Every head figure depends on it.', heads)
      : l10n.t('{0} heads, as you chose; {1} would be assumed. Every head figure depends on it.', heads, assumed.value);
  return { code: 'heads', text, choices, value: heads };
}
