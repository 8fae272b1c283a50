import * as l10n from '@vscode/l10n';
import { CheckpointError } from '../errors.js';
import { type ForwardModel, type PatchGrid, prefixLength } from './forward.js';
import { layerGrid } from './layer-shapes.js';
import { isTooSmall, windowSize } from './windows.js';

/** Scores of one layer, heads x tokens x tokens, beyond which a picture is refused: 2 GiB as float32. */
const MAX_SCORES = 2 ** 29;

/** Rows and columns of patches of a picture. @throws CheckpointError `wrong-use`, `limit`. */
export function patchGrid(forward: ForwardModel, file: string, [height, width]: readonly [number, number]): PatchGrid {
  const { patch } = forward.patches;
  const fits = [height, width].every((side) => Number.isSafeInteger(side) && side > 0 && side % patch === 0);
  if (!fits) {
    const problem = l10n.t('pictures of {0} x {1} pixels do not divide into patches of {2}', height, width, patch);
    throw new CheckpointError('wrong-use', file, problem, l10n.t('give sides that are multiples of {0}', patch));
  }
  const grid: PatchGrid = [height / patch, width / patch];
  const tokens = prefixLength(forward) + grid[0] * grid[1];
  checkWindows(forward, file, grid);
  const scores = Math.max(...forward.blocks.map((_, layer) => scoresOf(forward, grid, layer)));
  if (scores > MAX_SCORES) {
    const problem = l10n.t(
      'pictures of {0} x {1} pixels have {2} tokens, whose scores need more than 2 GiB a layer',
      height,
      width,
      tokens,
    );
    throw new CheckpointError('limit', file, problem, l10n.t('make the pictures smaller'));
  }
  return grid;
}

/** Scores of all heads of a layer. */
function scoresOf(forward: ForwardModel, patches: PatchGrid, layer: number): number {
  const attention = forward.blocks[layer]?.attention;
  const [rows, columns] = layerGrid(forward, patches, layer);
  const heads = attention?.spec.heads ?? 0;
  if (attention?.windows === undefined) return heads * (prefixLength(forward) + rows * columns) ** 2;
  const [height, width] = windowSize(attention.windows, [rows, columns]);
  return heads * Math.ceil(rows / height) * Math.ceil(columns / width) * (height * width) ** 2;
}

/** @throws CheckpointError `wrong-use` where a stage has fewer tokens than its windows have places. */
function checkWindows(forward: ForwardModel, file: string, grid: PatchGrid): void {
  for (const [layer, { attention }] of forward.blocks.entries()) {
    const { windows } = attention;
    if (windows === undefined || !isTooSmall(windows, layerGrid(forward, grid, layer))) continue;
    const [rows, columns] = layerGrid(forward, grid, layer);
    const problem = l10n.t(
      'layer {0} would have {1} x {2} tokens, fewer than its windows of {3} x {3}',
      layer,
      rows,
      columns,
      windows.side,
    );
    throw new CheckpointError('wrong-use', file, problem, l10n.t('make the pictures larger'));
  }
}
