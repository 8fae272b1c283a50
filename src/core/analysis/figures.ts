import type { Warning } from '../errors.js';

/** Space in which the singular vectors live (definitions: folded = standardised token, raw = output of the norm). */
export type Basis = 'folded' | 'raw';

/** First and last mode of a run of modes that cannot be told apart. */
export type Block = readonly [first: number, last: number];

/** The figures of one head. */
export interface HeadFigures {
  readonly index: number;
  /** Mean of the mode cosines; null when a mode has none. */
  readonly mean: number | null;
  /** sum(sigma c) / sum(sigma); null for a head with B = 0 or with weights that are not finite. */
  readonly weighted: number | null;
  /** Half-width of the 99 % chance band of `weighted` with the head's own spectrum. */
  readonly weightedBand: number | null;
  readonly symmetricShare: number | null;
  readonly trace: number;
  readonly nuclear: number;
  readonly frobenius: number;
  /** Singular values, descending. */
  readonly sigma: Float64Array;
  /** Mode cosines; NaN where the mode has none. */
  readonly cos: Float64Array;
  /** Predicted angle by which rounding may turn a mode, radians, at most pi / 2. */
  readonly angle: Float64Array;
  readonly blocks: readonly Block[];
  /** Root mean square per entry of the rounding noise of the stored matrices. */
  readonly roundingNoise: { readonly query: number; readonly key: number };
  /** Relative difference between the decomposition and the direct formula. */
  readonly selfCheck: { readonly trace: number; readonly frobenius: number };
  /** `not-finite`: the weights hold NaN or infinity and there are no figures; `zero`: B = 0. */
  readonly trouble: 'not-finite' | 'zero' | null;
  /** What an adapter did to it, where one changes its query or key weights. */
  readonly change?: HeadChange;
}

/** How an adapter changed B of one head: B' - B, where B' is what the other figures are of. */
export interface HeadChange {
  /** ||B' - B||_F / ||B||_F; null where B = 0. */
  readonly relativeFrobenius: number | null;
  /** Weighted cosine of B, and that of B' - B by itself; null where there is none. */
  readonly weightedBefore: number | null;
  readonly weighted: number | null;
  /** Singular values of B' - B, descending, without those that are zero, and their cosines. */
  readonly sigma: Float64Array;
  readonly cos: Float64Array;
}

/** The figures of one layer. */
export interface LayerFigures {
  readonly index: number;
  /** Means over the heads that have the figure; null when none has. */
  readonly mean: number | null;
  readonly weighted: number | null;
  readonly symmetricShare: number | null;
  /** Half-width of the chance band of the layer's `weighted`. */
  readonly weightedBand: number | null;
  /** Half-width of the chance band of one mode's cosine. */
  readonly modeBand: number;
  readonly heads: readonly HeadFigures[];
}

/** Half-widths of the two-sided 99 % chance bands that do not depend on a spectrum, for the first layer's geometry. */
export interface ChanceBands {
  readonly mode: number;
  readonly headMean: number;
  readonly layerMean: number;
}

/** All figures of a model in one basis. */
export interface ModelFigures {
  readonly model: string;
  readonly basis: Basis;
  readonly bands: ChanceBands;
  readonly layers: readonly LayerFigures[];
  readonly warnings: readonly Warning[];
}
