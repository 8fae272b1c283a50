import type { Concentration } from '../keypoints/concentration.js';
import type { HeadOnKeypoints } from '../keypoints/keypoint-analysis.js';
import { headPreference, type HeadPreference, type MeantLabels } from './head-preference.js';
import { nearestKeys } from './nearest-keys.js';
import { type KeyVariant, patchAttention } from './patch-attention.js';

/** What to tell of an attention. */
export interface AttentionQuestions {
  /** Label maps of the patches, a preference each. */
  readonly labels: readonly MeantLabels[];
  readonly keys: KeyVariant;
  /** Number of keys; null: nothing is asked about the nearest. */
  readonly nearestKeys: number | null;
  /** Keypoints of the picture in its patches; nothing is asked about them without. */
  readonly concentration?: Concentration;
}

/** Figures of the attention of one head on a picture. */
export interface AttentionFigures {
  readonly index: number;
  /** Mean over the patches of their attention to the prefix tokens, and to themselves. */
  readonly toPrefix: number;
  readonly toSelf: number;
  /** In the order of the label maps. */
  readonly preferences: readonly HeadPreference[];
  /** Mean over the tokens of their attention outside the nearest keys; null where that was not asked. */
  readonly outsideNearest: number | null;
  /** Where keypoints were asked about. */
  readonly keypoints?: HeadOnKeypoints;
}

/** Figures of one head but those of keypoints. @param attention (count, count), the first `prefix` tokens before the patches. */
export function attentionFigures(
  index: number,
  attention: Float32Array,
  count: number,
  prefix: number,
  { labels, keys, nearestKeys: nearest }: AttentionQuestions,
): AttentionFigures {
  let toPrefix = 0;
  let toSelf = 0;
  for (let i = prefix; i < count; i++) {
    for (let j = 0; j < prefix; j++) toPrefix += attention[i * count + j] ?? 0;
    toSelf += attention[i * count + i] ?? 0;
  }
  const among = labels.length === 0 ? null : patchAttention(attention, prefix, count - prefix, keys);
  return {
    index,
    toPrefix: toPrefix / (count - prefix),
    toSelf: toSelf / (count - prefix),
    preferences: among === null ? [] : labels.map((each) => headPreference(among, each)),
    outsideNearest: nearest === null ? null : nearestKeys(attention, count, nearest).meanOutside,
  };
}
