import type { Keypoint } from '../../core/image/sift/keypoints.js';
import { fixed } from '../../core/text/numbers.js';

/** Columns of the longest bar. */
const WIDEST = 32;

/** Keypoints that are listed. */
const MOST_LISTED = 8;

/** Keypoints for reading: how many there are at which sizes, and the strongest. */
export function keypointsText(file: string, width: number, height: number, keypoints: readonly Keypoint[]): string {
  const title = `${file}: ${keypoints.length} keypoints in ${width} x ${height} pixels`;
  if (keypoints.length === 0) return `${title}; nothing in it stands out from its surroundings\n`;
  return [title, '', ...octaveLines(keypoints), '', ...strongestLines(keypoints), ''].join('\n');
}

function octaveLines(keypoints: readonly Keypoint[]): string[] {
  const octaves = new Map<number, number[]>();
  for (const { octave, size } of keypoints) {
    // The low byte, signed: -1 is the octave of the doubled picture.
    const index = (octave << 24) >> 24;
    const sizes = octaves.get(index);
    if (sizes === undefined) octaves.set(index, [size]);
    else sizes.push(size);
  }
  const most = Math.max(...[...octaves.values()].map((sizes) => sizes.length));
  const rows = [...octaves].sort(([a], [b]) => a - b);
  return [
    'octave   sizes in pixels  keypoints',
    ...rows.map(([index, sizes]) => {
      const [least, largest] = sizes.reduce(
        ([low, high], size) => [Math.min(low, size), Math.max(high, size)],
        [Infinity, 0],
      );
      const range = `${fixed(least, 1)} to ${fixed(largest, 1)}`;
      const bar = '█'.repeat(Math.ceil((sizes.length / most) * WIDEST));
      return `${fixed(index, 0).padStart(6)}  ${range.padStart(16)}  ${String(sizes.length).padStart(9)}  ${bar}`;
    }),
  ];
}

function strongestLines(keypoints: readonly Keypoint[]): string[] {
  const strongest = [...keypoints].sort((a, b) => b.response - a.response).slice(0, MOST_LISTED);
  return [
    'strongest',
    '       x        y     size  angle  response',
    ...strongest.map(({ x, y, size, angle, response }) =>
      [
        fixed(x, 1).padStart(8),
        fixed(y, 1).padStart(8),
        fixed(size, 1).padStart(8),
        `${fixed(angle, 0)}°`.padStart(6),
        fixed(response, 4).padStart(9),
      ].join(' '),
    ),
  ];
}
