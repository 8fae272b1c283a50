import type { Keypoint } from './keypoints.js';

/**
 * The keypoints in OpenCV's order, without duplicates: by x, y, size downwards, angle, response downwards, octave downwards. Two candidates that were
 * refined to the same place give equal keypoints, of which one stays.
 */
export function orderedOnce(keypoints: readonly Keypoint[]): Keypoint[] {
  const sorted = [...keypoints].sort(
    (a, b) =>
      a.x - b.x || a.y - b.y || b.size - a.size || a.angle - b.angle || b.response - a.response || b.octave - a.octave,
  );
  return sorted.filter((keypoint, i) => {
    const before = sorted[i - 1];
    return before === undefined || !isSame(before, keypoint);
  });
}

/**
 * The `most` keypoints of largest response and all that tie with the last of them, strongest first; when there are no more, all in their order.
 * (OpenCV keeps the same, in an order that its libraries leave open.)
 */
export function strongest(keypoints: readonly Keypoint[], most: number): readonly Keypoint[] {
  if (keypoints.length <= most) return keypoints;
  const sorted = [...keypoints].sort((a, b) => b.response - a.response);
  const least = sorted[most - 1]?.response ?? 0;
  return sorted.filter(({ response }) => response >= least);
}

function isSame(a: Keypoint, b: Keypoint): boolean {
  return a.x === b.x && a.y === b.y && a.size === b.size && a.angle === b.angle;
}
