import * as l10n from '@vscode/l10n';
import type { Prompt } from '../../core/analysis/keypoints/prompt.js';
import { checkCandidates, deletionRelevance } from '../../core/analysis/keypoints/prompted-runs.js';
import type { Relevance, RelevanceKind } from '../../core/analysis/keypoints/relevance.js';
import {
  type Candidate,
  candidates,
  type SpuriousCorrelation,
  spuriousCorrelation,
} from '../../core/analysis/keypoints/spurious.js';
import type { Concentration } from '../../core/analysis/keypoints/concentration.js';
import type { Warning } from '../../core/errors.js';
import type { AttentionPass } from './attention-pass.js';
import type { PromptedModel } from './prompted-model.js';
import type { SemanticsWishes } from './semantics-model.js';

/** How much of the relevance lies off the object, and what does. */
export interface Spurious {
  readonly relevance: Pick<Relevance, 'kind' | 'asker'> | null;
  readonly offRatio: number | null;
  readonly log2Lift: number | null;
  readonly candidates: readonly SpuriousCandidate[];
}

/** A connected off-object piece with its causal check. */
export interface SpuriousCandidate {
  readonly patches: readonly number[];
  readonly weight: number;
  readonly effect: number;
  readonly band: readonly [low: number, high: number] | null;
  readonly z: number | null;
  readonly places: number;
}

/** How the model is asked what it does without parts of the picture. */
type PromptedRuns = Pick<PromptedModel, 'patches' | 'promptable' | 'changeOf'>;

/** Relevance by one of its kinds; null where no patch is relevant. @param progress told of deletion only, which is a run a patch */
export function relevanceBy(
  kind: RelevanceKind,
  on: Pick<PromptedRuns, 'patches' | 'changeOf'>,
  { relevance }: Pick<AttentionPass, 'relevance'>,
  progress: (done: number, total: number) => void,
): Promise<Relevance | null> {
  if (kind !== 'deletion') return Promise.resolve(relevance[kind]);
  return deletionRelevance(on.patches, (prompt) => on.changeOf(prompt), progress);
}

/** What lies off the object, before it is checked. */
interface OffObject extends SpuriousCorrelation {
  /** All of them, the largest first; none where the model cannot be run without parts of the picture. */
  readonly candidates: readonly Candidate[];
  readonly warnings: readonly Warning[];
}

/** The figures of an object mask and its candidates, which are not checked. @param promptable whether they can be */
export function offObject(
  relevance: Relevance | null,
  { values, grid }: Pick<Concentration, 'values' | 'grid'>,
  object: Uint8Array,
  promptable: boolean,
): OffObject {
  const warnings = relevanceWarnings(relevance);
  if (relevance === null) return { offRatio: null, log2Lift: null, candidates: [], warnings };
  const figures = spuriousCorrelation(relevance.values, values, object);
  const covers = figures.offRatio !== null;
  if (covers && figures.log2Lift === null) warnings.push(noLift());
  if (covers && !promptable) warnings.push(noCheck());
  const found = covers && promptable ? candidates(relevance.values, values, object, grid) : [];
  return { ...figures, candidates: found, warnings };
}

/** The figures of an object mask, with the causal check of the first candidates. */
export async function spurious(
  on: PromptedRuns,
  pass: Pick<AttentionPass, 'relevance'>,
  concentration: Concentration,
  object: Uint8Array,
  wanted: Pick<SemanticsWishes, 'relevance' | 'candidates' | 'places'>,
  progress: (done: number, total: number) => void,
): Promise<{ readonly spurious: Spurious; readonly map: Float64Array | null; readonly warnings: readonly Warning[] }> {
  const relevance = await relevanceBy(wanted.relevance, on, pass, progress);
  const {
    offRatio,
    log2Lift,
    candidates: found,
    warnings,
  } = offObject(relevance, concentration, object, on.promptable);
  if (relevance === null) {
    const nothing = { relevance: null, offRatio: null, log2Lift: null, candidates: [] };
    return { spurious: nothing, map: null, warnings };
  }
  const { kind, asker, values: map } = relevance;
  const first = found.slice(0, wanted.candidates);
  const changeOf = (prompt: Prompt): Promise<number> => on.changeOf(prompt);
  const checked = await checkCandidates(first, object, concentration.grid, wanted.places, changeOf, progress);
  const list = checked.map(({ patches, weight, check }) => ({ patches, weight, ...check }));
  return { spurious: { relevance: { kind, asker }, offRatio, log2Lift, candidates: list }, map, warnings };
}

function noLift(): Warning {
  const message = l10n.t('No keypoints lie off the object where the model looks, so there is no lift.');
  return { code: 'no-keypoints-off-object', message };
}

function noCheck(): Warning {
  const message = l10n.t(
    'An ONNX model runs as its file says, so what it does without parts of the picture cannot be checked: no candidates are told. Open the checkpoint that it was exported from for them.',
  );
  return { code: 'no-causal-check', message };
}

function relevanceWarnings(relevance: Relevance | null): Warning[] {
  if (relevance === null) {
    return [
      {
        code: 'no-relevance',
        message: l10n.t('No patch is relevant to the output, so nothing of it lies off the object.'),
      },
    ];
  }
  if (relevance.asker !== 'patch-mean') return [];
  const message = l10n.t(
    'The model has no class token: relevance is the mean over its patches of what they attend to.',
  );
  return [{ code: 'no-class-token', message }];
}
