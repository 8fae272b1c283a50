import type { Decomposition } from '../linalg/head-solver.js';
import type { Block } from './figures.js';

/** Mixing with a neighbour beyond which two modes cannot be told apart, and angle beyond which a mode is loosely identified: radians, 6 degrees. */
export const IDENTIFIED_BELOW = 0.1;

/** Singular values up to this part of the largest have no direction: their cosine is left out. */
const NULL_MODE = 1e-9;

/** Number of leading modes that have a direction. */
export function directedModes(sigma: Float64Array): number {
  const limit = NULL_MODE * (sigma[0] ?? 0);
  const first = sigma.findIndex((value) => value <= limit);
  return first < 0 ? sigma.length : first;
}

/** How far rounding of the stored weights may turn each mode, and which modes it cannot tell apart. */
export interface Identification {
  /** Radians, at most pi / 2. */
  readonly angle: Float64Array;
  readonly blocks: readonly Block[];
}

/**
 * Predicts from the stored precision how well each mode is identified.
 * Formulas: definitions.md, "Which modes can be told apart" (first-order perturbation of singular vectors under independent rounding noise).
 * @param dimensions r, in which directions are free.
 */
export function identify(decomposition: Decomposition, dimensions: number): Identification {
  const { sigma, queryLength, keyLength, queryNoise, keyNoise } = decomposition;
  const size = sigma.length;
  const directed = directedModes(sigma);
  const angle = new Float64Array(size).fill(Math.PI / 2);
  const joined: boolean[] = [];
  for (let n = 0; n < directed; n++) {
    const s2 = (sigma[n] ?? 0) ** 2;
    let left = 0;
    let right = 0;
    for (let m = 0; m < size; m++) {
      if (m === n) continue;
      const t2 = (sigma[m] ?? 0) ** 2;
      const gap = (s2 - t2) ** 2;
      // eta_nm^2 = tau_q^2 ||W_k v_m||^2 + tau_k^2 ||W_q u_n||^2
      const nm = queryNoise * (keyLength[m] ?? 0) + keyNoise * (queryLength[n] ?? 0);
      const mn = queryNoise * (keyLength[n] ?? 0) + keyNoise * (queryLength[m] ?? 0);
      const u = gap === 0 ? Infinity : (s2 * mn + t2 * nm) / gap;
      const v = gap === 0 ? Infinity : (s2 * nm + t2 * mn) / gap;
      left += u;
      right += v;
      if (m === n + 1 && m < directed) joined[n] = Math.max(u, v) > IDENTIFIED_BELOW ** 2;
    }
    const outside = dimensions - size;
    left += (outside * queryNoise * (keyLength[n] ?? 0)) / s2;
    right += (outside * keyNoise * (queryLength[n] ?? 0)) / s2;
    angle[n] = Math.min(Math.PI / 2, Math.sqrt(Math.max(left, right)));
  }
  return { angle, blocks: chain(joined) };
}

/** Runs of neighbours joined to each other: `joined[n]` tells of n and n + 1. */
function chain(joined: readonly boolean[]): Block[] {
  const blocks: Block[] = [];
  let start = -1;
  for (let n = 0; n <= joined.length; n++) {
    if (joined[n] === true) {
      if (start < 0) start = n;
    } else if (start >= 0) {
      blocks.push([start, n]);
      start = -1;
    }
  }
  return blocks;
}
