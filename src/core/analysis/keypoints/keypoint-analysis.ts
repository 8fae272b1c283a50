import { type Concentration, groups } from './concentration.js';
import { headKeypoints, type HeadKeypoints } from './head-keypoints.js';
import { type Interrelation, Interrelations } from './interrelation.js';
import { PatchSums } from './patch-sums.js';

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
  readonly #sums: PatchSums;

  readonly #of: Concentration;

  constructor(of: Concentration) {
    const { grid, values } = of;
    this.#of = of;
    const sum = values.reduce((all, value) => all + value, 0);
    this.groups = groups(values);
    this.weights = sum > 0 ? values.map((value) => value / sum) : null;
    this.#interrelations = this.weights === null ? null : new Interrelations(grid, this.weights);
    this.#sums = new PatchSums(grid, this.weights, this.groups);
  }

  /** Whether it is that of a concentration. */
  isOf({ grid, values }: Concentration): boolean {
    const { grid: own, values: known } = this.#of;
    return grid[0] === own[0] && grid[1] === own[1] && values.every((value, at) => value === known[at]);
  }

  /**
   * Figures of a head.
   * @param attention (prefix + patches, prefix + patches), each row summing to 1; not changed and not kept.
   */
  head(attention: Float32Array, prefix: number): HeadOnKeypoints {
    const rows = this.#sums.of(attention, prefix);
    const shifted = this.#sums.shifted();
    return {
      ...headKeypoints(rows, this.weights, this.groups),
      interrelation: shifted === null ? null : (this.#interrelations?.of(rows, shifted) ?? null),
    };
  }
}
