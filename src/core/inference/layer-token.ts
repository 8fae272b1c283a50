import type { PatchGrid } from './forward.js';

/** Patches a side that have become one token of a layer, along an axis; merging halves, rounded up. */
function stepOf(patches: number, tokens: number): number {
  return 2 ** Math.ceil(Math.log2(patches / tokens));
}

/** The token of a layer that a patch of the picture has gone into. @param prefix tokens in front of the patches, which stay as they are. */
export function tokenOfPatch(token: number, patches: PatchGrid, grid: PatchGrid, prefix: number): number {
  if (token < prefix || (patches[0] === grid[0] && patches[1] === grid[1])) return token;
  const patch = token - prefix;
  const place = [Math.floor(patch / patches[1]), patch % patches[1]] as const;
  const at = (axis: 0 | 1): number =>
    Math.min(grid[axis] - 1, Math.floor(place[axis] / stepOf(patches[axis], grid[axis])));
  return prefix + at(0) * grid[1] + at(1);
}

/** The patch of the picture in the middle of a token of a layer. */
export function patchOfToken(token: number, patches: PatchGrid, grid: PatchGrid, prefix: number): number {
  if (token < prefix || (patches[0] === grid[0] && patches[1] === grid[1])) return token;
  const own = token - prefix;
  const place = [Math.floor(own / grid[1]), own % grid[1]] as const;
  const at = (axis: 0 | 1): number => {
    const step = stepOf(patches[axis], grid[axis]);
    return Math.min(patches[axis] - 1, place[axis] * step + Math.floor(step / 2));
  };
  return prefix + at(0) * patches[1] + at(1);
}
