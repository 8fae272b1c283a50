import { setImmediate } from 'node:timers/promises';
import { Products } from '../../core/analysis/image/products.js';
import type { Concentration } from '../../core/analysis/keypoints/concentration.js';
import { type HeadOnKeypoints, KeypointAnalysis } from '../../core/analysis/keypoints/keypoint-analysis.js';
import { BackwardRelevance, type Relevance } from '../../core/analysis/keypoints/relevance.js';
import { type HeadPlace, significantHeads } from '../../core/analysis/keypoints/significance.js';
import { classTokenAt } from '../../core/inference/forward.js';
import { readLayerAttention } from '../../core/inference/layer-attention.js';
import { headAttention, tokensOf } from '../../host/image-lab/head-attention.js';
import type { PromptedModel } from './semantics-run.js';
import type { VisionModel } from './vision-model.js';

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
}

/**
 * Passes over the attention of all layers, from the last to the first, as rollout does: no two heads are in memory together.
 * @param progress told after each layer.
 */
export async function attentionPass(
  vision: VisionModel,
  on: PromptedModel,
  concentration: Concentration,
  progress: (done: number, total: number) => void,
): Promise<AttentionPass> {
  const { forward, sourceOf } = vision;
  const { loaded, run, signal } = on;
  const analysis = new KeypointAnalysis(concentration);
  const products = new Products();
  const relevance = new BackwardRelevance(classTokenAt(forward), loaded.prefixTokens, on.patches);
  const layers: SemanticsLayer[] = [];
  for (let layer = loaded.layers - 1; layer >= 0; layer--) {
    const tokens = await tokensOf({ loaded, run }, layer, signal);
    const parts = await readLayerAttention(forward, layer, loaded.grid, sourceOf);
    const mean = new Float32Array(loaded.tokens ** 2);
    const heads: SemanticsHead[] = [];
    for (const index of parts.heads.keys()) {
      // Lets an interrupt come in.
      await setImmediate(undefined, { signal });
      const attention = headAttention(products, parts, index, tokens);
      heads.push({ index, ...analysis.head(attention, loaded.prefixTokens) });
      for (let at = 0; at < mean.length; at++) mean[at] = (mean[at] ?? 0) + (attention[at] ?? 0) / parts.heads.length;
    }
    relevance.layer(mean);
    layers.unshift({ index: layer, heads });
    progress(loaded.layers - layer, loaded.layers);
  }
  const p = layers.map(({ heads }) => heads.map(({ interrelation }) => interrelation?.p ?? null));
  const { attention, rollout } = relevance;
  return { layers, significantHeads: significantHeads(p), relevance: { attention, rollout } };
}
