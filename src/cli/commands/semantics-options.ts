import { CONCENTRATIONS, type ConcentrationKind } from '../../core/analysis/keypoints/concentration.js';
import { MASK_DEFAULTS, type MaskGuide } from '../../core/analysis/keypoints/guided-mask.js';
import { MAX_STRENGTH } from '../../core/analysis/keypoints/prompt.js';
import { type RelevanceKind, RELEVANCES } from '../../core/analysis/keypoints/relevance.js';
import { UsageError } from '../usage-error.js';

/** Options of `semantics`, as the parser gives them. */
export interface SemanticsFlags {
  readonly concentration: string;
  readonly mask?: string;
  readonly objectFromTokens?: true;
  readonly relevance: string;
  readonly candidates: string;
  readonly places: string;
  readonly prompt?: string;
  readonly beta?: string;
  readonly shifts: string;
  readonly guidedMasks?: string;
  readonly rho?: string;
  readonly alpha?: string;
  readonly direction?: string;
}

/** What attention is prompted by. */
export const GUIDES = ['concentration', 'target'] as const;

/** The same, checked. */
export interface SemanticsOptions {
  readonly concentration: ConcentrationKind;
  /** A file of labels; for a folder of pictures, a folder of them by the names of the pictures. */
  readonly mask: string | null;
  /** Without a mask: the object is what the final tokens set apart. */
  readonly objectFromTokens: boolean;
  readonly relevance: RelevanceKind;
  /** Candidates whose effect is checked, and other places that each is compared with. */
  readonly candidates: number;
  readonly places: number;
  readonly prompt: { readonly guide: (typeof GUIDES)[number]; readonly beta: number; readonly shifts: number } | null;
  readonly guidedMasks: ({ readonly file: string } & MaskGuide) | null;
}

/** More runs of a model than anybody waits for. */
const MOST_RUNS = 100_000;

/** Checks the options of `semantics`. @throws UsageError naming the option, what was expected and what was given. */
export function semanticsOptions(flags: SemanticsFlags): SemanticsOptions {
  const { mask = null, objectFromTokens = false, prompt, beta } = flags;
  if (mask !== null && objectFromTokens)
    throw new UsageError('--mask takes the place of --object-from-tokens: leave one out');
  if ((prompt === undefined) !== (beta === undefined)) {
    throw new UsageError('--prompt concentration or target goes with --beta NUMBER, and --beta with --prompt');
  }
  const shifts = wholeNumber('--shifts', flags.shifts);
  const guide = prompt === undefined ? null : oneOf('--prompt', prompt, GUIDES);
  if (guide === 'target' && mask === null && !objectFromTokens) {
    throw new UsageError('--prompt target goes with --mask LABELS.png or --object-from-tokens');
  }
  return {
    concentration: oneOf('--concentration', flags.concentration, CONCENTRATIONS),
    mask,
    objectFromTokens,
    relevance: oneOf('--relevance', flags.relevance, RELEVANCES),
    candidates: wholeNumber('--candidates', flags.candidates),
    places: wholeNumber('--places', flags.places),
    prompt:
      guide === null
        ? null
        : {
            guide,
            beta: number('--beta', beta ?? '', -MAX_STRENGTH, MAX_STRENGTH, BEYOND),
            shifts,
          },
    guidedMasks: maskGuide(flags),
  };
}

const BEYOND = '; attention in float32 cannot hold more than all or nothing';

function maskGuide({ guidedMasks, rho, alpha, direction }: SemanticsFlags): SemanticsOptions['guidedMasks'] {
  if (guidedMasks === undefined) {
    const [lone] = Object.entries({ rho, alpha, direction }).find(([, value]) => value !== undefined) ?? [];
    if (lone !== undefined) throw new UsageError(`--${lone} goes with --guided-masks FILE.npz`);
    return null;
  }
  if (!guidedMasks.endsWith('.npz')) throw new UsageError(`--guided-masks takes FILE.npz, not ${guidedMasks}`);
  return {
    file: guidedMasks,
    ratio: rho === undefined ? MASK_DEFAULTS.ratio : number('--rho', rho, 0, 1),
    strength: alpha === undefined ? MASK_DEFAULTS.strength : number('--alpha', alpha, 0, 1),
    direction: direction === undefined ? MASK_DEFAULTS.direction : oneOf('--direction', direction, ['rich', 'poor']),
  };
}

function oneOf<Name extends string>(option: string, text: string, names: readonly Name[]): Name {
  const found = names.find((name) => name === text);
  if (found !== undefined) return found;
  throw new UsageError(`${option} takes ${names.join(', ')}, not ${text}`);
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (/^\d+$/u.test(text) && value <= MOST_RUNS) return value;
  throw new UsageError(`${option} takes a whole number from 0 to ${MOST_RUNS}, not ${text}`);
}

function number(option: string, text: string, least: number, most: number, why = ''): number {
  const value = Number(text);
  if (/^-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/iu.test(text) && value >= least && value <= most) return value;
  throw new UsageError(`${option} takes a number from ${least} to ${most}, not ${text}${why}`);
}
