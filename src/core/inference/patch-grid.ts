import { CheckpointError } from '../errors.js';
import { type ForwardModel, type PatchGrid, prefixLength } from './forward.js';

/** Scores of one layer, heads x tokens x tokens, beyond which a picture is refused: 2 GiB as float32. */
const MAX_SCORES = 2 ** 29;

/** Rows and columns of patches of a picture. @throws CheckpointError `wrong-use`, `limit`. */
export function patchGrid(forward: ForwardModel, file: string, [height, width]: readonly [number, number]): PatchGrid {
  const { patch } = forward.patches;
  const fits = [height, width].every((side) => Number.isSafeInteger(side) && side > 0 && side % patch === 0);
  if (!fits) {
    const problem = `pictures of ${height} x ${width} pixels do not divide into patches of ${patch}`;
    throw new CheckpointError('wrong-use', file, problem, `give sides that are multiples of ${patch}`);
  }
  const grid: PatchGrid = [height / patch, width / patch];
  const tokens = prefixLength(forward) + grid[0] * grid[1];
  const heads = Math.max(...forward.blocks.map(({ attention }) => attention.spec.heads));
  if (heads * tokens * tokens > MAX_SCORES) {
    const problem = `pictures of ${height} x ${width} pixels have ${tokens} tokens, whose scores need more than 2 GiB a layer`;
    throw new CheckpointError('limit', file, problem, 'make the pictures smaller');
  }
  return grid;
}
