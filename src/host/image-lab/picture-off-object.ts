import * as l10n from '@vscode/l10n';
import type { CausalCheck } from '../../core/analysis/keypoints/causal.js';
import { checkCandidates } from '../../core/analysis/keypoints/prompted-runs.js';
import { BackwardRelevance, type Relevance, type RelevanceKind } from '../../core/analysis/keypoints/relevance.js';
import type { Candidate } from '../../core/analysis/keypoints/spurious.js';
import { CheckpointError, type Warning } from '../../core/errors.js';
import { PROMPTABLE } from '../../core/inference/edits.js';
import { classTokenAt } from '../../core/inference/forward.js';
import { checkChangeable } from '../../core/inference/own-graph-model.js';
import type { OffObjectFigures, OffObjectWish } from '../../protocol/off-object.js';
import type { LabSubject } from '../../protocol/image-worker.js';
import { objectFromTokens, objectOfLabels } from '../semantics/object-of-picture.js';
import { PromptedModel } from '../semantics/prompted-model.js';
import { offObject, relevanceBy } from '../semantics/spurious-of-picture.js';
import type { LayerAttentionStore } from './layer-attention-store.js';
import { meanAttention } from './mean-attention.js';
import type { ModelRunner } from './model-runner.js';
import type { OpenedModel } from './opened-model.js';
import { shownInput } from './shown-input.js';
import type { ShownPicture } from './shown-picture.js';

/** Candidates that are told and checked: each is a number on the picture, and as many runs of the model as it is compared with. */
const MOST_CANDIDATES = 5;

/** Other places that each is compared with. */
const PLACES = 20;

type Progress = (done: number, total: number) => void;

/** What the figures of a picture are found with. */
interface PictureParts {
  readonly model: OpenedModel;
  readonly subject: Pick<LabSubject, 'model'>;
  readonly runner: ModelRunner;
  readonly shown: ShownPicture;
  readonly attention: Pick<LayerAttentionStore, 'each'>;
}

/** What is known of the picture when it is asked. */
interface Asked {
  /** Concentration of keypoints in the patches. */
  readonly concentration: Float64Array;
  /** Labels of the patches; null without a mask. */
  readonly labels: Int32Array | null;
}

/** What of a picture's relevance lies off its object, and what the model does without that. */
export class PictureOffObject {
  readonly #parts: PictureParts;
  /** By deletion, which is a run a patch and knows of no mask. */
  #deletion: Relevance | null = null;
  #last: { readonly candidates: readonly Candidate[]; readonly object: Uint8Array } | null = null;

  constructor(parts: PictureParts) {
    this.#parts = parts;
  }

  /** @throws CheckpointError `wrong-use` where there is no object to look beside; `unsupported` for deletion in a model that runs by its own graph. */
  async figures(
    wish: OffObjectWish,
    { concentration, labels }: Asked,
    progress: Progress,
    signal: AbortSignal,
  ): Promise<Omit<OffObjectFigures, 'image'>> {
    const { forward } = this.#parts.model;
    const { grid } = this.#parts.shown.loaded;
    const { object, warnings: ofObject } = this.#object(wish.object, labels);
    const relevance = await this.#relevance(wish.relevance, progress, signal);
    const of = { values: concentration, grid };
    const checkable = forward.runs === 'graph-of-ours';
    const found = offObject(relevance, of, object, checkable);
    const candidates = found.candidates.slice(0, MOST_CANDIDATES);
    this.#last = { candidates, object };
    return {
      relevance: relevance === null ? null : { ...relevance, values: Float32Array.from(relevance.values) },
      object,
      offRatio: found.offRatio,
      log2Lift: found.log2Lift,
      candidates,
      checkable,
      pieces: found.candidates.length,
      notes: [...ofObject, ...found.warnings].map(({ message }) => message),
    };
  }

  /** Runs the model without each candidate of the figures that were found last, and without its shape elsewhere. */
  async checks(progress: Progress, signal: AbortSignal): Promise<readonly CausalCheck[]> {
    if (this.#last === null)
      throw wrongUse(l10n.t('nothing was found that could be checked'), l10n.t('find what lies off the object'));
    const { candidates, object } = this.#last;
    const { grid } = this.#parts.shown.loaded;
    const checked = await this.#prompted(signal, (on) =>
      checkCandidates(candidates, object, grid, PLACES, (prompt) => on.changeOf(prompt), progress),
    );
    return checked.map(({ check }) => check);
  }

  #object(
    by: OffObjectWish['object'],
    labels: Int32Array | null,
  ): { readonly object: Uint8Array; readonly warnings: readonly Warning[] } {
    if (by === 'mask') {
      if (labels === null)
        throw wrongUse(l10n.t('there is no mask that says where the object is'), l10n.t('choose or paint a mask'));
      return { object: objectOfLabels(labels), warnings: [] };
    }
    const { loaded, result } = this.#parts.shown;
    const { object, warnings } = objectFromTokens(result.outputs.tokens, loaded);
    if (object !== null) return { object, warnings };
    throw wrongUse(warnings.map(({ message }) => message).join(' '), l10n.t('choose or paint a mask'));
  }

  async #relevance(kind: RelevanceKind, progress: Progress, signal: AbortSignal): Promise<Relevance | null> {
    if (kind !== 'deletion') return this.#byAttention(kind, progress, signal);
    const { file, forward } = this.#parts.model;
    checkChangeable(forward, file);
    const none = { relevance: { attention: null, rollout: null } };
    this.#deletion ??= await this.#prompted(signal, (on) => relevanceBy('deletion', on, none, progress));
    return this.#deletion;
  }

  /** Of the last layer alone, or of all of them. */
  async #byAttention(
    kind: Exclude<RelevanceKind, 'deletion'>,
    progress: Progress,
    signal: AbortSignal,
  ): Promise<Relevance | null> {
    const { model, shown, attention } = this.#parts;
    const { tokens, prefixTokens, grid, layers } = shown.loaded;
    const relevance = new BackwardRelevance(classTokenAt(model.forward), prefixTokens, grid[0] * grid[1]);
    const first = kind === 'attention' ? layers - 1 : 0;
    for (let layer = layers - 1; layer >= first; layer--) {
      const mean = await meanAttention(layer, tokens, (at, use) => attention.each(at, null, signal, use));
      relevance.layer(mean);
      if (kind === 'rollout') progress(layers - layer, layers);
    }
    return relevance[kind];
  }

  /** Gives an action the model in a process of its own, which ends with it: a prompt or another change may be running. */
  async #prompted<Result>(signal: AbortSignal, action: (on: PromptedModel) => Promise<Result>): Promise<Result> {
    const { model, subject, runner, shown } = this.#parts;
    const session = runner.separate(shown.input.size, PROMPTABLE);
    try {
      const prompted = { name: model.file, model: subject.model, forward: model.forward };
      return await action(await PromptedModel.start(prompted, session, shownInput(model, shown), signal));
    } finally {
      await session.dispose();
    }
  }
}

function wrongUse(problem: string, advice: string): CheckpointError {
  return new CheckpointError('wrong-use', l10n.t('the picture'), problem, advice);
}
