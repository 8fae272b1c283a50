import type { HeadMatrices } from '../../linalg/head-solver.js';

/** Tokens that enter attention: what the norm before it puts out, or the token itself where there is none. */
export interface Tokens {
  /** (count, width), prefix tokens first, then the patches row by row. */
  readonly values: Float32Array;
  readonly count: number;
  readonly width: number;
  /** Class, distillation and register tokens in front of the patches. */
  readonly prefix: number;
}

/** Query and key projection of one head, `rows` outputs of `columns` inputs; biases are null where there are none. */
export interface HeadWeights extends HeadMatrices {
  readonly queryBias: Float64Array | null;
  readonly keyBias: Float64Array | null;
  /** Factor on the product of query and key. */
  readonly scale: number;
}

/** The norm whose output the tokens are; gain and shift are null where it has none. */
export interface TokenNorm {
  readonly kind: 'layer' | 'rms';
  readonly gain: Float64Array | null;
  readonly shift: Float64Array | null;
}
