import * as l10n from '@vscode/l10n';
import { CheckpointError } from '../../errors.js';
import { groups } from './concentration.js';

/** How attention is prompted while a model runs. */
export type Prompt =
  /** strength * guide_j is added to the scores towards patch j. */
  | { readonly kind: 'bias'; readonly strength: number; readonly guide: Float64Array }
  /** The attention on patch j is multiplied by 1 + strength * guide_j, and each row by what makes it 1 again. */
  | { readonly kind: 'reweight'; readonly strength: number; readonly guide: Float64Array }
  /** Nothing attends to these patches in the chosen layers and heads. */
  | { readonly kind: 'mask'; readonly region: Uint8Array }
  /** These patches are taken out of the keys of all layers and heads. */
  | { readonly kind: 'drop'; readonly region: Uint8Array };

/** The forms of a prompt. */
export const PROMPT_FORMS = ['bias', 'reweight', 'mask', 'drop'] as const satisfies readonly Prompt['kind'][];
export type PromptForm = Prompt['kind'];

/**
 * A prompt of a form by a guide, g in [0, 1] of each patch.
 * @param strength of a bias and of a re-weighting. `mask` and `drop` have none: they take the patches that are of any group of the guide away.
 */
export function promptBy(kind: PromptForm, strength: number, guide: Float64Array): Prompt {
  if (kind === 'bias' || kind === 'reweight') return { kind, strength, guide };
  return { kind, region: groups(guide).map((group) => Number(group > 0)) };
}

/** Layers and heads that are prompted; null: all. */
export interface PromptedHeads {
  readonly layers: readonly number[] | null;
  readonly heads: readonly number[] | null;
}

export const ALL_HEADS: PromptedHeads = { layers: null, heads: null };

/** How many heads each layer has, and which tokens are patches. */
export interface PromptShape {
  /** Number of heads of each layer. */
  readonly heads: readonly number[];
  readonly prefix: number;
  readonly patches: number;
}

/**
 * Largest strength of a bias: e^-87 is the smallest number that float32 holds in full, so with more some attention would be 0 and others 1,
 * which is what a mask does.
 */
export const MAX_STRENGTH = 87;

/** Name of what is wrong, in messages. */
const thePrompt = (): string => l10n.t('the prompt');

/** Concentration as a guide, g = c / max c. @throws CheckpointError `wrong-use` for a picture without keypoints. */
export function concentrationGuide(concentration: Float64Array): Float64Array {
  const most = concentration.reduce((a, b) => Math.max(a, b), 0);
  if (most > 0) return concentration.map((value) => value / most);
  throw wrongUse(
    l10n.t('the picture has no keypoints, so their concentration guides nothing'),
    l10n.t('prompt by a region'),
  );
}

/**
 * What a prompt adds to the scores towards each token, for each layer (heads, tokens); prefix tokens and heads that are not chosen get 0.
 * @throws CheckpointError `wrong-use` for a strength that float32 cannot hold, and for a region of no patch or of all patches.
 */
export function promptScores(
  prompt: Prompt,
  chosen: PromptedHeads,
  { heads, prefix, patches }: PromptShape,
): Float32Array[] {
  const added = addedTo(prompt, patches);
  const everywhere = prompt.kind === 'drop';
  const isIn = (list: readonly number[] | null, index: number): boolean => list === null || list.includes(index);
  const count = prefix + patches;
  return heads.map((layerHeads, layer) => {
    const scores = new Float32Array(layerHeads * count);
    for (let head = 0; head < layerHeads; head++) {
      if (!everywhere && !(isIn(chosen.layers, layer) && isIn(chosen.heads, head))) continue;
      scores.set(added, head * count + prefix);
    }
    return scores;
  });
}

function addedTo(prompt: Prompt, patches: number): Float32Array {
  if (prompt.kind === 'mask' || prompt.kind === 'drop') return masked(prompt.region, patches);
  const { kind, strength, guide } = prompt;
  if (guide.length !== patches) throw new Error(`a guide of ${guide.length} numbers for ${patches} patches`);
  if (!guide.every((value) => value >= 0 && value <= 1)) throw new Error('a guide has numbers from 0 to 1');
  if (kind === 'bias') {
    if (!(Math.abs(strength) <= MAX_STRENGTH)) {
      const problem = l10n.t(
        'a strength of {0} is more than attention in float32 can hold: beyond {1} it is all or nothing',
        strength,
        MAX_STRENGTH,
      );
      throw wrongUse(problem, l10n.t('give a number from -{0} to {0}, or mask the patches', MAX_STRENGTH));
    }
    return Float32Array.from(guide, (value) => strength * value);
  }
  if (!(strength >= -1 && strength <= MAX_FACTOR)) {
    const problem = l10n.t('a strength of {0} makes attention negative or more than float32 holds', strength);
    throw wrongUse(problem, l10n.t('give a number from -1, which takes the attention away, to {0}', MAX_FACTOR));
  }
  const scores = Float32Array.from(guide, (value) => Math.log1p(strength * value));
  if (scores.every((score) => score === -Infinity)) throw nothingLeft();
  return scores;
}

/** Largest strength of a re-weighting: its logarithm is far from the limit of a bias. */
export const MAX_FACTOR = 1e9;

function masked(region: Uint8Array, patches: number): Float32Array {
  if (region.length !== patches) throw new Error(`a region of ${region.length} numbers for ${patches} patches`);
  if (!region.includes(1))
    throw wrongUse(l10n.t('the region has no patch'), l10n.t('choose a region that covers patches'));
  if (region.every((value) => value === 1)) throw nothingLeft();
  return Float32Array.from(region, (value) => (value === 1 ? -Infinity : 0));
}

function nothingLeft(): CheckpointError {
  return wrongUse(
    l10n.t('it masks every patch, so that nothing is left of the picture to attend to'),
    l10n.t('leave some patches'),
  );
}

function wrongUse(problem: string, advice: string): CheckpointError {
  return new CheckpointError('wrong-use', thePrompt(), problem, advice);
}

/** Scores of one head with those of a prompt: what is added to each key, given to every row; (tokens, tokens). */
export function withPrompt(bias: Float32Array | null, added: Float32Array): Float32Array {
  const count = added.length;
  const out = bias?.slice() ?? new Float32Array(count * count);
  for (let at = 0; at < out.length; at++) out[at] = (out[at] ?? 0) + (added[at % count] ?? 0);
  return out;
}
