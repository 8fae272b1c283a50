import { type PatchRows, ROW, ROW_LENGTH } from './patch-sums.js';
import { type Grid, movedFrom } from './torus.js';

/** Weighted patch interrelation of a head, and what the same concentration gives elsewhere on the picture. */
export interface Interrelation {
  /** W; 1 = as even attention. */
  readonly w: number;
  /** Mean and deviation of W over the shifts around the torus. */
  readonly nullMean: number;
  readonly nullDeviation: number;
  /** (W - mean) / deviation; null where all shifts give the same. */
  readonly deviations: number | null;
  /** (1 + number of shifts with at least W) / number of patches. */
  readonly p: number;
}

/** What counts as at least W: rounding must not decide where shifts give the same figure. */
const SAME = 1e-12;

/**
 * Weighted patch interrelation W = (N - 1) sum_ij w_i At_ij w_j / (1 - sum w_i^2) of the heads of a picture (definitions.md, "Keypoints and attention").
 * A patch that attends to no other patch has no row in At: it is left out, and the divisor becomes sum_i w_i (1 - w_i) over the others, so that even
 * attention gives 1 again.
 */
export class Interrelations {
  /** @param weights w, summing to 1. */
  constructor(
    private readonly grid: Grid,
    private readonly weights: Float64Array,
  ) {}

  /**
   * Null where the figure does not exist: fewer than two patches have weight, or none of those attends to another.
   * @param sums sum_ij w_i At_ij w_j for each shift of w around the torus.
   */
  of(rows: PatchRows, sums: Float64Array): Interrelation | null {
    const silent = silentPatches(rows);
    const whole = spreadOf(this.weights);
    const value = (shift: number): number | null => {
      const spread = silent.reduce(
        (rest, i) => rest - ownSpread(this.weights[movedFrom(i, this.grid, shift)] ?? 0),
        whole,
      );
      // Less is what rounding leaves of nothing.
      return spread > SAME ? ((rows.patches - 1) * (sums[shift] ?? 0)) / spread : null;
    };
    const w = value(0);
    if (w === null) return null;
    const others: number[] = [];
    for (let shift = 1; shift < sums.length; shift++) {
      const other = value(shift);
      if (other !== null) others.push(other);
    }
    const nullMean = meanOf(others);
    const nullDeviation = Math.sqrt(meanOf(others.map((other) => (other - nullMean) ** 2)));
    const deviations = nullDeviation > SAME ? (w - nullMean) / nullDeviation : null;
    const atLeast = others.filter((other) => other >= w - SAME).length;
    return { w, nullMean, nullDeviation, deviations, p: (1 + atLeast) / (1 + others.length) };
  }
}

function silentPatches({ sums, patches }: PatchRows): number[] {
  return Array.from({ length: patches }, (_, i) => i).filter((i) => sums[i * ROW_LENGTH + ROW.factor] === 0);
}

const ownSpread = (weight: number): number => weight * (1 - weight);

function spreadOf(weights: Float64Array): number {
  return weights.reduce((all, weight) => all + ownSpread(weight), 0);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((all, value) => all + value, 0) / values.length;
}
