import { type Concentration, groups } from './concentration.js';
import { headKeypoints, type HeadKeypoints } from './head-keypoints.js';
import { type Interrelation, Interrelations } from './interrelation.js';
import { patchRows } from './patch-rows.js';

/** All keypoint figures of one head on one picture. */
export interface HeadOnKeypoints extends HeadKeypoints {
  /** Null without keypoints in at least two patches. */
  readonly interrelation: Interrelation | null;
}

/** How the attention of a model relates to the keypoints of one picture; heads are given one after the other, and nothing of them is kept. */
export class KeypointAnalysis {
  /** Group of each patch. */
  readonly groups: Uint8Array;
  /** w = c / sum c; null for a picture without keypoints. */
  readonly weights: Float64Array | null;
  readonly #interrelations: Interrelations | null;

  constructor({ grid, values }: Concentration) {
    const sum = values.reduce((all, value) => all + value, 0);
    this.groups = groups(values);
    this.weights = sum > 0 ? values.map((value) => value / sum) : null;
    this.#interrelations = this.weights === null ? null : new Interrelations(grid, this.weights);
  }

  /**
   * Figures of a head.
   * @param attention (prefix + patches, prefix + patches), each row summing to 1; not changed and not kept.
   */
  head(attention: Float32Array, prefix: number): HeadOnKeypoints {
    const rows = patchRows(attention, prefix, this.groups.length);
    return {
      ...headKeypoints(rows, this.weights, this.groups),
      interrelation: this.#interrelations?.of(rows) ?? null,
    };
  }
}
