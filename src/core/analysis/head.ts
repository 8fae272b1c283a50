import type { Decomposition } from '../linalg/head-solver.js';
import { headWeightedBand } from './chance.js';
import type { HeadFigures } from './figures.js';
import { directedModes, identify } from './identify.js';

/**
 * The figures of one head from its decomposition.
 * @param decomposition null where the weights are not finite.
 * @param modes the head size, for the arrays of a head without figures.
 * @param dimensions r, in which directions are free.
 */
export function headFigures(
  index: number,
  decomposition: Decomposition | null,
  modes: number,
  dimensions: number,
): HeadFigures {
  if (decomposition === null) return withoutFigures(index, modes);
  const { sigma, trace, frobeniusSquared, traceOfSquare } = decomposition;
  const directed = directedModes(sigma);
  const cos = decomposition.cos.map((value, n) => (n < directed ? value : NaN));
  const nuclear = sigma.reduce((sum, value) => sum + value, 0);
  const frobenius = Math.sqrt(Math.max(0, frobeniusSquared));
  const sumOfParts = sigma.reduce((sum, value, n) => sum + (n < directed ? value * (cos[n] ?? 0) : 0), 0);
  const norm = Math.sqrt(sigma.reduce((sum, value) => sum + value * value, 0));
  const isZero = nuclear === 0;
  return {
    index,
    mean: directed === sigma.length && directed > 0 ? cos.reduce((sum, value) => sum + value, 0) / directed : null,
    weighted: isZero ? null : sumOfParts / nuclear,
    weightedBand: headWeightedBand(sigma, dimensions),
    symmetricShare: isZero ? null : (1 + traceOfSquare / frobeniusSquared) / 2,
    trace,
    nuclear,
    frobenius,
    sigma,
    cos,
    ...identify(decomposition, dimensions),
    roundingNoise: { query: Math.sqrt(decomposition.queryNoise), key: Math.sqrt(decomposition.keyNoise) },
    // Relative to the sums' scale: the trace itself may vanish while its parts do not.
    selfCheck: {
      trace: isZero ? 0 : Math.abs(sumOfParts - trace) / nuclear,
      frobenius: isZero ? 0 : Math.abs(norm - frobenius) / frobenius,
    },
    trouble: isZero ? 'zero' : null,
  };
}

function withoutFigures(index: number, modes: number): HeadFigures {
  return {
    index,
    mean: null,
    weighted: null,
    weightedBand: null,
    symmetricShare: null,
    trace: NaN,
    nuclear: NaN,
    frobenius: NaN,
    sigma: new Float64Array(modes).fill(NaN),
    cos: new Float64Array(modes).fill(NaN),
    angle: new Float64Array(modes).fill(NaN),
    blocks: [],
    roundingNoise: { query: NaN, key: NaN },
    selfCheck: { trace: NaN, frobenius: NaN },
    trouble: 'not-finite',
  };
}
