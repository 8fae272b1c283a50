import * as l10n from '@vscode/l10n';
import type { Warning } from '../errors.js';
import { quoteName } from '../bytes/quote.js';
import { GENERIC } from './generic/generic-stack.js';
import type { Stack } from './stack.js';
import { andMore } from '../text/lists.js';

/** Gaps are named one by one up to this number. */
const MAX_NAMED = 5;

/** A warning where the numbers of a stack's usable blocks leave some out. */
export function missingLayers(stack: Stack, usable: readonly (readonly number[])[]): Warning[] {
  const gaps = stagesOf(usable).flatMap((numbers, index) => gapsOf(stack, numbers, index > 0));
  if (gaps.length === 0) return [];
  const place = quoteName(`${stack.root}${stack.layout.block}`);
  const message = l10n.t(
    '{0} has no usable layer {1}. Layers are numbered in the order of what is there.',
    place,
    andMore(gaps.slice(0, MAX_NAMED).join(', '), gaps.length - MAX_NAMED),
  );
  return [{ code: 'missing-layers', message }];
}

/** Numbers of the blocks in each stage, ascending. */
function stagesOf(layers: readonly (readonly number[])[]): number[][] {
  const stages = new Map<string, number[]>();
  for (const numbers of layers) {
    const stage = numbers.slice(0, -1).join('.');
    const list = stages.get(stage) ?? [];
    stages.set(stage, list);
    list.push(numbers.at(-1) ?? 0);
  }
  return [...stages.values()];
}

/** What is missing between the numbers; other stages than the first may go on counting from the one before. */
function gapsOf(stack: Stack, numbers: readonly number[], later: boolean): string[] {
  const [first = 0] = numbers;
  const steps = new Set(numbers.slice(1).map((number, index) => number - (numbers[index] ?? 0)));
  // Modules of other kinds may stand between the layers of models that no family describes.
  if (stack.family === GENERIC && steps.size <= 1) return [];
  const gaps: string[] = [];
  let expected = later || stack.family === GENERIC ? first : 0;
  for (const number of numbers) {
    if (number > expected)
      gaps.push(number - expected === 1 ? String(expected) : l10n.t('{0} to {1}', expected, number - 1));
    expected = number + 1;
  }
  return gaps;
}
