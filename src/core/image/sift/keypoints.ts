/**
 * Keypoints in OpenCV's conventions, one entry of each array a keypoint. Positions are pixels of the given picture, a quarter of a pixel too large in
 * x and y as OpenCV's are.
 */
export interface Keypoints {
  readonly count: number;
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Twice the Gaussian deviation, in pixels of the given picture. */
  readonly size: Float32Array;
  /** Degrees from 0 to below 360. */
  readonly angle: Float32Array;
  /** Contrast, for gray values of 0 to 1. */
  readonly response: Float32Array;
  /** Low byte: octave, 255 for that of the doubled picture; second byte: layer from 1; third byte: offset from it, 0 to 255 for -0.5 to 0.5. */
  readonly octave: Int32Array;
}

/** One keypoint. */
export interface Keypoint {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly angle: number;
  readonly response: number;
  readonly octave: number;
}

/** The same keypoints as arrays. */
export function toKeypoints(list: readonly Keypoint[]): Keypoints {
  return {
    count: list.length,
    x: Float32Array.from(list, ({ x }) => x),
    y: Float32Array.from(list, ({ y }) => y),
    size: Float32Array.from(list, ({ size }) => size),
    angle: Float32Array.from(list, ({ angle }) => angle),
    response: Float32Array.from(list, ({ response }) => response),
    octave: Int32Array.from(list, ({ octave }) => octave),
  };
}

/** The same keypoints one by one. */
export function toList(keypoints: Keypoints): Keypoint[] {
  const { count, x, y, size, angle, response, octave } = keypoints;
  return Array.from({ length: count }, (_, i) => ({
    x: x[i] ?? 0,
    y: y[i] ?? 0,
    size: size[i] ?? 0,
    angle: angle[i] ?? 0,
    response: response[i] ?? 0,
    octave: octave[i] ?? 0,
  }));
}
