import { CONCENTRATIONS, type ConcentrationKind } from '../../core/analysis/keypoints/concentration.js';
import { MASK_DEFAULTS } from '../../core/analysis/keypoints/guided-mask.js';
import { RELEVANCES } from '../../core/analysis/keypoints/relevance.js';
import type { GuidedMasksWish } from '../../host/semantics/guided-masks.js';
import type { SemanticsWishes } from '../../host/semantics/semantics-model.js';
import { UsageError } from '../usage-error.js';
import { MOST_RUNS, number, oneOf, type PromptFlags, promptWish, wholeNumber } from './prompt-options.js';

/** Options of `semantics`, as the parser gives them. */
export interface SemanticsFlags extends PromptFlags {
  readonly concentration: string;
  readonly mask?: string;
  readonly objectFromTokens?: true;
  readonly relevance: string;
  readonly candidates: string;
  readonly places: string;
  readonly guidedMasks?: string;
  readonly rho?: string;
  readonly alpha?: string;
  readonly direction?: string;
  readonly csv?: string;
}

/** The same, checked. */
export interface SemanticsOptions extends SemanticsWishes {
  readonly guidedMasks: GuidedMasksWish | null;
  /** Rows of a folder. */
  readonly csv: string | null;
}

/** Checks the options of `semantics`. @throws UsageError naming the option, what was expected and what was given. */
export function semanticsOptions(flags: SemanticsFlags): SemanticsOptions {
  const { mask = null, objectFromTokens = false, csv = null } = flags;
  if (mask !== null && objectFromTokens)
    throw new UsageError('--mask takes the place of --object-from-tokens: leave one out');
  if (csv !== null && flags.guidedMasks !== undefined)
    throw new UsageError('--csv is for figures, and --guided-masks of a folder makes none: leave one out');
  const concentration = oneOf('--concentration', flags.concentration, CONCENTRATIONS);
  return {
    concentration,
    mask,
    objectFromTokens,
    relevance: oneOf('--relevance', flags.relevance, RELEVANCES),
    candidates: wholeNumber('--candidates', flags.candidates, MOST_RUNS),
    places: wholeNumber('--places', flags.places, MOST_RUNS),
    prompt: promptWish(flags, mask !== null || objectFromTokens),
    guidedMasks: maskGuide(flags, concentration),
    csv,
  };
}

function maskGuide(
  { guidedMasks, rho, alpha, direction }: SemanticsFlags,
  concentration: ConcentrationKind,
): GuidedMasksWish | null {
  if (guidedMasks === undefined) {
    const [lone] = Object.entries({ rho, alpha, direction }).find(([, value]) => value !== undefined) ?? [];
    if (lone !== undefined) throw new UsageError(`--${lone} goes with --guided-masks FILE.npz`);
    return null;
  }
  if (!guidedMasks.endsWith('.npz')) throw new UsageError(`--guided-masks takes FILE.npz, not ${guidedMasks}`);
  return {
    file: guidedMasks,
    concentration,
    ratio: rho === undefined ? MASK_DEFAULTS.ratio : number('--rho', rho, 0, 1),
    strength: alpha === undefined ? MASK_DEFAULTS.strength : number('--alpha', alpha, 0, 1),
    direction: direction === undefined ? MASK_DEFAULTS.direction : oneOf('--direction', direction, ['rich', 'poor']),
  };
}
