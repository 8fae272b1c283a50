import { Arena } from '../../linalg/kernels/kernels.js';
import { GROUPS } from './concentration.js';
import { type Kernels, loadKernels } from './kernels/kernels.js';
import type { Grid } from './torus.js';
import { TorusTransform } from './torus-transform.js';

/** Where in a row of `PatchRows` its sums are. */
export const ROW = { factor: 0, groups: 1, weighted: 5, entropy: 6 } as const;

/** Numbers of a row. */
export const ROW_LENGTH = 7;

/** What each patch attends to among the other patches: attention without prefix tokens and self, a row divided by its sum. */
export interface PatchRows {
  readonly patches: number;
  /**
   * (patches, `ROW_LENGTH`): 1 / (what a patch attends to among the others), or 0 for a patch that attends to none of them, which is left out of every
   * figure; what falls on each group, what falls on the weights, and the entropy, of patches with a weight.
   */
  readonly sums: Float64Array;
}

/** The sums over the attention of a head that all its keypoint figures are made of, in memory of its own. */
export class PatchSums {
  readonly #kernels: Kernels = loadKernels();
  readonly #arena = new Arena(this.#kernels);
  readonly #patches: number;
  /** Of patches: weights, then 1 for those of each group. */
  readonly #weights: number;
  readonly #row: number;
  readonly #sums: number;
  readonly #torus: TorusTransform | null;
  #attention: { readonly pointer: number; readonly count: number; readonly first: number } | null = null;

  /**
   * @param weights w, summing to 1; null for a picture without keypoints.
   * @param groups group of each patch.
   */
  constructor(grid: Grid, weights: Float64Array | null, groups: Uint8Array) {
    const patches = groups.length;
    const even = patches + (patches & 1);
    this.#patches = patches;
    this.#weights = this.#arena.take((1 + GROUPS.length) * even);
    this.#row = this.#arena.take(even);
    this.#sums = this.#arena.take(patches * ROW_LENGTH);
    if (weights !== null) this.#view(this.#weights, patches).set(weights);
    const members = this.#view(this.#weights, (1 + GROUPS.length) * even).subarray(even);
    for (const [patch, group] of groups.entries()) members[group * even + patch] = 1;
    this.#torus = weights === null ? null : new TorusTransform(this.#kernels, this.#arena, grid, this.#weights);
  }

  /** @param attention (prefix + patches, prefix + patches); copied. */
  of(attention: Float32Array, prefix: number): PatchRows {
    const count = prefix + this.#patches;
    if (attention.length !== count * count) {
      throw new Error(`the attention of ${count} tokens has ${attention.length} numbers`);
    }
    const { pointer, first } = this.#room(count, prefix);
    new Float32Array(this.#kernels.memory.buffer, pointer, attention.length).set(attention);
    this.#kernels.lookAtRows(first, 4 * count, this.#patches, this.#weights, this.#row, this.#sums);
    return { patches: this.#patches, sums: this.#view(this.#sums, this.#patches * ROW_LENGTH).slice() };
  }

  /**
   * sum_ij w(i - s) At_ij w(j - s) of the attention that was given last, for each shift s around the torus, the places of the grid row by row; that of no
   * shift first. Null without keypoints.
   */
  shifted(): Float64Array | null {
    if (this.#attention === null || this.#torus === null) return null;
    const { first, count } = this.#attention;
    return this.#torus.of({ first, stride: 4 * count, factors: this.#sums, factorStride: 8 * ROW_LENGTH });
  }

  /** Memory for the attention of so many tokens. */
  #room(count: number, prefix: number): { readonly pointer: number; readonly first: number } {
    if (this.#attention?.count !== count) {
      const pointer = this.#arena.take(Math.ceil((count * count) / 2));
      this.#attention = { pointer, count, first: pointer + 4 * (prefix * count + prefix) };
    }
    return this.#attention;
  }

  #view(pointer: number, length: number): Float64Array {
    return new Float64Array(this.#kernels.memory.buffer, pointer, length);
  }
}
