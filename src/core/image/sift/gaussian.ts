import type { SiftParameters } from './parameters.js';
import { roundHalfEven } from './round.js';

/** Blur that a camera's picture is taken to have, in its own pixels; twice that in the doubled picture. */
const CAMERA_SIGMA = 0.5;

/** Smallest variance of the first blur, for a `sigma` that the picture is already beyond. */
const MIN_VARIANCE = 0.01;

/** The kernels of the blurs that an octave is made of. */
export interface BlurKernels {
  /** Makes the first picture of the first octave from the doubled picture. */
  readonly first: Float32Array;
  /** Each makes one more picture of an octave from the one before. */
  readonly further: readonly Float32Array[];
}

/** The blurs of which an octave is made: picture i has `sigma` times 2^(i / nOctaveLayers). */
export function blurKernels({ sigma, nOctaveLayers }: SiftParameters): BlurKernels {
  const first = Math.sqrt(Math.max(Math.fround(sigma) ** 2 - (2 * CAMERA_SIGMA) ** 2, MIN_VARIANCE));
  const k = 2 ** (1 / nOctaveLayers);
  const further = Array.from({ length: nOctaveLayers + 2 }, (_, i) => {
    const before = sigma * k ** i;
    return gaussianKernel(Math.sqrt((before * k) ** 2 - before ** 2));
  });
  return { first: gaussianKernel(first), further };
}

/** Weights of a Gaussian, `round(8 sigma + 1) | 1` of them, that add up to 1. */
function gaussianKernel(sigma: number): Float32Array {
  const radius = roundHalfEven(8 * sigma + 1) >> 1;
  const weights = Float64Array.from({ length: 2 * radius + 1 }, (_, i) =>
    Math.exp((i - radius) ** 2 / (-2 * sigma ** 2)),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return Float32Array.from(weights, (weight) => weight / sum);
}
