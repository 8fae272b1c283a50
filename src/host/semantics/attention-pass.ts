import type { Concentration } from '../../core/analysis/keypoints/concentration.js';
import type { HeadOnKeypoints } from '../../core/analysis/keypoints/keypoint-analysis.js';
import { BackwardRelevance, type Relevance } from '../../core/analysis/keypoints/relevance.js';
import { type HeadPlace, significantHeads } from '../../core/analysis/keypoints/significance.js';
import { classTokenAt, type ForwardModel } from '../../core/inference/forward.js';
import type { PromptedModel } from './prompted-model.js';

/** Keypoint figures of one head. */
export interface SemanticsHead extends HeadOnKeypoints {
  readonly index: number;
}

/** Keypoint figures of a layer. */
export interface SemanticsLayer {
  readonly index: number;
  readonly heads: readonly SemanticsHead[];
}

/** What one pass over the attention of all layers gives. */
export interface AttentionPass {
  readonly layers: readonly SemanticsLayer[];
  /** Heads whose interrelation is significant after Benjamini-Hochberg over all heads. */
  readonly significantHeads: readonly HeadPlace[];
  /** By the attention of the last layer, and by rollout. */
  readonly relevance: Readonly<Record<'attention' | 'rollout', Relevance | null>>;
  /** Of each layer: how far its output, computed anew from the attention, is from that of the model. */
  readonly recomputed: readonly { readonly index: number; readonly maxAbsError: number }[];
  readonly bytesRead: number;
}

/**
 * Passes over the attention of all layers, from the last to the first, as rollout does. The process of the model computes it, so that what
 * is passed on of a layer are its figures and the mean over its heads.
 * @param progress told after each layer.
 */
export async function attentionPass(
  forward: ForwardModel,
  on: PromptedModel,
  concentration: Concentration,
  progress: (done: number, total: number) => void,
): Promise<AttentionPass> {
  const { loaded, run, signal } = on;
  const questions = { labels: [], keys: 'all', nearestKeys: null, concentration } as const;
  const relevance = new BackwardRelevance(classTokenAt(forward), loaded.prefixTokens, on.patches);
  const layers: SemanticsLayer[] = [];
  const recomputed: { index: number; maxAbsError: number }[] = [];
  let bytesRead = 0;
  for (let layer = loaded.layers - 1; layer >= 0; layer--) {
    const wanted = { layer, head: null, questions, keep: false, token: null, mean: true };
    const found = await run.attend(wanted, signal);
    if (found.mean !== null) relevance.layer(found.mean);
    const heads = found.figures.flatMap(({ index, keypoints }) =>
      keypoints === undefined ? [] : [{ index, ...keypoints }],
    );
    layers.unshift({ index: layer, heads });
    recomputed.unshift({ index: layer, maxAbsError: found.recomputed.maxAbsError });
    bytesRead += found.bytesRead;
    progress(loaded.layers - layer, loaded.layers);
  }
  const p = layers.map(({ heads }) => heads.map(({ interrelation }) => interrelation?.p ?? null));
  const { attention, rollout } = relevance;
  return { layers, significantHeads: significantHeads(p), relevance: { attention, rollout }, recomputed, bytesRead };
}
