import { inOrder, patchStep, rotationPeriods } from '../../inference/rotation.js';
import type { RotationPairs } from '../../model/rotation.js';
import type { SourceOf } from '../layer.js';
import type { Offset, Turning } from './turning.js';

/** Radians by which each pair of a head's entries turns from a query to a key at an offset. */
export type AnglesAt = (offset: Offset) => Float64Array;

/** The angles of a rotation; periods that the file has are read. */
export async function anglesOf({ rotation, grid }: Turning, headSize: number, sourceOf: SourceOf): Promise<AnglesAt> {
  if (rotation.kind === 'sequence') {
    const { frequencies } = rotation;
    return ([, x]) => Float64Array.from(frequencies, (frequency) => x * frequency);
  }
  const quarter = headSize / 4;
  const periods = await rotationPeriods(rotation.angles, quarter, sourceOf);
  const [stepY, stepX] = patchStep(rotation.angles, grid);
  return ([y, x]) => {
    const [first, second] = inOrder(rotation.angles, [y * stepY, x * stepX]);
    return Float64Array.from({ length: headSize / 2 }, (_, pair) => {
      const along = pair < quarter ? first : second;
      return along / (periods[pair % quarter] ?? 1);
    });
  };
}

/** R_d W: a matrix (rows, columns) whose rows turn in pairs; rows behind the pairs stay as they are. */
export function turnRows(
  matrix: Float64Array,
  columns: number,
  pairs: RotationPairs,
  angles: Float64Array,
): Float64Array {
  const turned = matrix.slice();
  for (const [pair, angle] of angles.entries()) {
    const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
    const [one, other] = pairs === 'half' ? [pair, pair + angles.length] : [2 * pair, 2 * pair + 1];
    for (let column = 0; column < columns; column++) {
      const a = matrix[one * columns + column] ?? 0;
      const b = matrix[other * columns + column] ?? 0;
      turned[one * columns + column] = a * cos - b * sin;
      turned[other * columns + column] = b * cos + a * sin;
    }
  }
  return turned;
}
