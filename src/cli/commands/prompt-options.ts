import { MAX_FACTOR, MAX_STRENGTH, PROMPT_FORMS, type PromptForm } from '../../core/analysis/keypoints/prompt.js';
import { GUIDES, type PromptWish } from '../../host/semantics/semantics-model.js';
import { UsageError } from '../usage-error.js';

/** Options of `semantics` about prompting, as the parser gives them. */
export interface PromptFlags {
  readonly prompt?: string;
  readonly promptForm?: string;
  readonly promptLayers?: string;
  readonly promptHeads?: string;
  readonly beta?: string;
  readonly betas?: string;
  readonly shifts: string;
}

/** Strengths of a curve where none are given: both directions, each twice the one before. */
const CURVES = {
  bias: [-4, -2, -1, -0.5, 0.5, 1, 2, 4],
  reweight: [-0.9, -0.75, -0.5, 0.5, 1, 2, 4, 8],
} as const;

/** Strengths that a form can have, and why no others. */
const RANGES = {
  bias: [-MAX_STRENGTH, MAX_STRENGTH, '; attention in float32 cannot hold more than all or nothing: mask instead'],
  reweight: [-1, MAX_FACTOR, '; at -1 nothing is left of the attention'],
} as const;

/** More strengths than a curve needs. */
const MOST_STRENGTHS = 1_000;

/** More layers and heads than any model has. */
const MOST_PLACES = 100_000;

/** More runs of a model than anybody waits for. */
export const MOST_RUNS = 100_000;

/** Checks what is said about prompting; null where nothing is. @param hasObject whether there is a target. @throws UsageError */
export function promptWish(flags: PromptFlags, hasObject: boolean): PromptWish | null {
  const { prompt, promptForm, promptLayers, promptHeads, beta, betas } = flags;
  const shifts = wholeNumber('--shifts', flags.shifts, MOST_RUNS);
  if (prompt === undefined) {
    const [lone] = Object.entries({
      '--prompt-form': promptForm,
      '--prompt-layers': promptLayers,
      '--prompt-heads': promptHeads,
      '--beta': beta,
      '--betas': betas,
    }).find(([, value]) => value !== undefined) ?? [null];
    if (lone !== null) throw new UsageError(`${lone} goes with --prompt concentration or target`);
    return null;
  }
  const guide = oneOf('--prompt', prompt, GUIDES);
  if (guide === 'target' && !hasObject) {
    throw new UsageError('--prompt target goes with --mask LABELS.png or --object-from-tokens');
  }
  const form = oneOf('--prompt-form', promptForm ?? 'bias', PROMPT_FORMS);
  if (form === 'drop' && (promptLayers !== undefined || promptHeads !== undefined)) {
    throw new UsageError('--prompt-form drop takes patches out of all layers and heads; mask is for chosen ones');
  }
  return {
    guide,
    form,
    ...strengths(form, beta, betas),
    shifts,
    layers: promptLayers === undefined ? null : places('--prompt-layers', promptLayers),
    heads: promptHeads === undefined ? null : places('--prompt-heads', promptHeads),
  };
}

/** The strength of a prompt, and those of its curve: without the first, the largest of the others. */
function strengths(form: PromptForm, beta?: string, betas?: string): Pick<PromptWish, 'beta' | 'betas'> {
  if (form === 'mask' || form === 'drop') {
    if (beta === undefined && betas === undefined) return { beta: null, betas: null };
    throw new UsageError(`--prompt-form ${form} has no strength: leave --beta and --betas out`);
  }
  const [least, most, why] = RANGES[form];
  const curve =
    betas === undefined
      ? null
      : betas === 'default'
        ? CURVES[form]
        : betas.split(',').map((text) => number('--betas', text, least, most, why));
  if (curve !== null && curve.length > MOST_STRENGTHS) {
    throw new UsageError(`--betas takes up to ${MOST_STRENGTHS} numbers, not ${curve.length}`);
  }
  const single = beta === undefined ? null : number('--beta', beta, least, most, why);
  if (single === null && curve === null) {
    throw new UsageError(`--prompt goes with --beta NUMBER or --betas LIST; for --prompt-form ${form} it needs one`);
  }
  return {
    beta: single ?? (curve ?? []).reduce((a, b) => (Math.abs(b) >= Math.abs(a) ? b : a), 0),
    betas: curve === null ? null : [...new Set(curve)].sort((a, b) => a - b),
  };
}

/** Numbers and ranges of numbers, such as 0,8-11. */
function places(option: string, text: string): number[] {
  const found = new Set<number>();
  for (const part of text.split(',')) {
    const [first, last, ...rest] = part.split('-').map((end) => wholeNumber(option, end, MOST_PLACES));
    if (first === undefined || rest.length > 0 || (last ?? first) < first) {
      throw new UsageError(`${option} takes numbers and ranges such as 0,8-11, not ${text}`);
    }
    for (let place = first; place <= (last ?? first); place++) found.add(place);
  }
  return [...found].sort((a, b) => a - b);
}

/** One of some names. @throws UsageError */
export function oneOf<Name extends string>(option: string, text: string, names: readonly Name[]): Name {
  const found = names.find((name) => name === text);
  if (found !== undefined) return found;
  throw new UsageError(`${option} takes ${names.join(', ')}, not ${text}`);
}

/** A whole number from 0. @throws UsageError */
export function wholeNumber(option: string, text: string, most: number): number {
  const value = Number(text);
  if (/^\d+$/u.test(text) && value <= most) return value;
  throw new UsageError(`${option} takes a whole number from 0 to ${most}, not ${text}`);
}

/** A number. @throws UsageError, which says `why` others cannot be. */
export function number(option: string, text: string, least: number, most: number, why = ''): number {
  const value = Number(text);
  if (/^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/iu.test(text) && value >= least && value <= most) return value;
  throw new UsageError(`${option} takes a number from ${least} to ${most}, not ${text}${why}`);
}
