import type { Evaluation } from './evaluation.js';
import { choiceOf, type Value } from './value.js';

/** One of several values: numbers become one unknown, which the checkpoint decides; anything else stays a choice. */
export function merge(evaluation: Evaluation, name: string, values: readonly Value[]): Value {
  const choice = choiceOf(values);
  if (choice.kind !== 'choice') return choice;
  const sizes = choice.options.filter((option) => option.kind === 'size');
  if (sizes.length < choice.options.length) return choice;
  const fallback = sizes.find((size) => size.fallback !== null)?.fallback ?? null;
  return { kind: 'size', size: evaluation.symbol(name), fallback };
}
