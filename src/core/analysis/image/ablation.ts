import type { Basis } from '../figures.js';
import type { HeadWeights, TokenNorm } from './head-weights.js';
import { readersOf } from './mode-readers.js';
import { biasOf, type HeadModes } from './modes-on-image.js';

/** What is taken out of a head. */
export interface Ablation {
  /** Modes, all of a block where one belongs to one. */
  readonly modes: readonly number[];
  readonly keyBias: boolean;
  /** The head as a whole: every key is then attended to alike. */
  readonly head: boolean;
}

/**
 * The head without some of its modes, its key bias term, or all of what it asks: the query side changed, the key side as it is.
 * definitions.md states what happens to the queries; as that is linear in the tokens, it is given as another query matrix and bias, which a graph
 * can run as they are. With n in the modes, q_i <- q_i - (W u_n)(u_n . t_i), t the token in the basis: exactly sigma_n u_n v_n^T leaves B.
 * For the key bias term q_i <- q_i - b'_q.
 * @param norm null where no norm feeds the attention: both bases are then the raw one.
 */
export function ablate(head: HeadWeights, norm: TokenNorm | null, modes: HeadModes, ablation: Ablation): HeadWeights {
  const { rows, columns } = head;
  if (ablation.head) {
    return { ...head, query: new Float64Array(rows * columns), queryBias: new Float64Array(rows) };
  }
  const query = head.query.slice();
  const queryBias = head.queryBias?.slice() ?? new Float64Array(rows);
  for (const mode of new Set(ablation.modes)) {
    const u = modes.vectors.u.subarray(mode * columns, (mode + 1) * columns);
    const asks = applied(head, norm, modes.basis, u);
    const { coefficients, offsets } = readersOf(u, columns, modes.basis, norm);
    for (let d = 0; d < rows; d++) {
      const weight = asks[d] ?? 0;
      for (let j = 0; j < columns; j++) {
        query[d * columns + j] = (query[d * columns + j] ?? 0) - weight * (coefficients[j] ?? 0);
      }
      queryBias[d] = (queryBias[d] ?? 0) + weight * (offsets[0] ?? 0);
    }
  }
  if (ablation.keyBias) {
    const bias = biasOf(head, norm, modes.basis);
    for (let d = 0; d < rows; d++) queryBias[d] = (queryBias[d] ?? 0) - (bias[d] ?? 0);
  }
  return { ...head, query, queryBias };
}

/** W_q u in the basis: W_q diag(gain) P u when folded. */
function applied(head: HeadWeights, norm: TokenNorm | null, basis: Basis, u: Float64Array): Float64Array {
  const folds = basis === 'folded' && norm !== null;
  const middle = folds && norm.kind === 'layer' ? u.reduce((sum, value) => sum + value, 0) / u.length : 0;
  const gain = folds ? norm.gain : null;
  const folded = u.map((value, j) => (value - middle) * (gain?.[j] ?? 1));
  return Float64Array.from({ length: head.rows }, (_, d) => {
    let sum = 0;
    for (let j = 0; j < folded.length; j++) sum += (head.query[d * head.columns + j] ?? 0) * (folded[j] ?? 0);
    return sum;
  });
}
