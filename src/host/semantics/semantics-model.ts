import type { ConcentrationKind } from '../../core/analysis/keypoints/concentration.js';
import type { PromptedHeads, PromptForm } from '../../core/analysis/keypoints/prompt.js';
import type { RelevanceKind } from '../../core/analysis/keypoints/relevance.js';
import type { Warning } from '../../core/errors.js';
import type { PreprocessingPlan } from '../../core/image/preprocess/config/plan.js';
import type { Size } from '../../core/image/preprocess/picture.js';
import { type ForwardEdits, NO_EDITS, PROMPTABLE } from '../../core/inference/edits.js';
import type { ForwardModel } from '../../core/inference/forward.js';
import type { Model } from '../../core/model/model.js';
import type { ImageChoice, Input } from '../image-lab/model-input.js';
import { SizedSessions } from '../image-lab/sized-sessions.js';
import type { InferenceSession } from '../inference/inference-session.js';

/** A model whose pictures are analysed by their keypoints. */
export interface SemanticsModel {
  /** Name of the checkpoint for messages. */
  readonly name: string;
  readonly model: Pick<Model, 'name' | 'title' | 'layers'>;
  readonly forward: ForwardModel;
  readonly plan: PreprocessingPlan;
  /** Parsed config.json, unchecked, or null. */
  readonly config: unknown;
  /** What the model is fed for a picture. */
  prepare(choice: ImageChoice): Promise<{ readonly input: Input; readonly warnings: readonly Warning[] }>;
  session(edits: ForwardEdits, size: Size, taps: boolean): InferenceSession;
}

/** The model for one size of pictures after the other, promptable where it runs by a graph of ours. */
export function semanticsSessions(subject: SemanticsModel, signal: AbortSignal): SizedSessions {
  const edits = subject.forward.runs === 'graph-of-ours' ? PROMPTABLE : NO_EDITS;
  return new SizedSessions((size) => subject.session(edits, size, true), signal);
}

/** What attention is prompted by. */
export const GUIDES = ['concentration', 'target'] as const;

/** How attention is prompted. */
export interface PromptWish extends PromptedHeads {
  readonly guide: (typeof GUIDES)[number];
  readonly form: PromptForm;
  /** Null for a form without strength. */
  readonly beta: number | null;
  /** Strengths of the curve; null: no curve is wanted. */
  readonly betas: readonly number[] | null;
  readonly shifts: number;
}

/** What is wanted of a picture. */
export interface SemanticsWishes {
  readonly concentration: ConcentrationKind;
  /** A file of labels; for a folder of pictures, a folder of them by the names of the pictures. */
  readonly mask: string | null;
  /** Without a mask: the object is what the final tokens set apart. */
  readonly objectFromTokens: boolean;
  readonly relevance: RelevanceKind;
  /** Candidates whose effect is checked, and other places that each is compared with. */
  readonly candidates: number;
  readonly places: number;
  readonly prompt: PromptWish | null;
}
