/** What the detector may be told; names, meanings and defaults are those of OpenCV's SIFT. */
export interface SiftParameters {
  /** Keep this many with the largest response, and all that tie with the last of them; 0 keeps all. */
  readonly nfeatures: number;
  /** Scales per octave in which keypoints are sought. */
  readonly nOctaveLayers: number;
  /** Smallest contrast of a keypoint times `nOctaveLayers`, for gray values of 0 to 1. */
  readonly contrastThreshold: number;
  /** Largest ratio of the two curvatures of a keypoint; a larger one lies on an edge. */
  readonly edgeThreshold: number;
  /** Blur of the first picture of an octave, in pixels of the doubled picture. */
  readonly sigma: number;
}

export const SIFT_DEFAULTS: SiftParameters = {
  nfeatures: 0,
  nOctaveLayers: 3,
  contrastThreshold: 0.04,
  edgeThreshold: 10,
  sigma: 1.6,
};

/** Each layer costs one more picture of the doubled size; the method's author found no use in more than a handful. */
const MAX_OCTAVE_LAYERS = 32;

/** Beyond it kernels reach over hundreds of pixels and every smaller structure is gone. */
const MAX_SIGMA = 32;

/** @throws RangeError for a value that the method has no meaning for. */
export function checkParameters(parameters: SiftParameters): void {
  const { nfeatures, nOctaveLayers, contrastThreshold, edgeThreshold, sigma } = parameters;
  const isWhole = Number.isSafeInteger(nfeatures) && nfeatures >= 0;
  if (!isWhole) throw new RangeError(`nfeatures is a whole number from 0, not ${nfeatures}`);
  if (!Number.isSafeInteger(nOctaveLayers) || nOctaveLayers < 1 || nOctaveLayers > MAX_OCTAVE_LAYERS) {
    throw new RangeError(`nOctaveLayers is a whole number from 1 to ${MAX_OCTAVE_LAYERS}, not ${nOctaveLayers}`);
  }
  if (!(contrastThreshold >= 0 && contrastThreshold < Infinity)) {
    throw new RangeError(`contrastThreshold is a number from 0, not ${contrastThreshold}`);
  }
  if (!(edgeThreshold > 0 && edgeThreshold < Infinity)) {
    throw new RangeError(`edgeThreshold is a number above 0, not ${edgeThreshold}`);
  }
  if (!(sigma > 0 && sigma <= MAX_SIGMA)) {
    throw new RangeError(`sigma is a number above 0 and at most ${MAX_SIGMA}, not ${sigma}`);
  }
}
