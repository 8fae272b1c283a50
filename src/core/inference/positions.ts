import * as l10n from '@vscode/l10n';
import { notRunnable } from './not-runnable.js';
import type { PatchGrid, PositionBias, PositionTable, PrefixTokens, Resampling } from './forward.js';
import type { ForwardView } from './forward-view.js';
import type { Names, Weights } from './weights.js';

/** Entries of a table of relative positions for pairs with the class token. */
const CLASS_ENTRIES = 3;

/** The table of learned positions; null where the file has none. */
export function positionTable(
  view: ForwardView,
  names: Names,
  prefix: readonly Pick<PrefixTokens, 'tokens'>[],
  resampling: Resampling,
  offset = 0,
): PositionTable | null {
  const { root, width } = view;
  if (!root.has(...names)) return null;
  const table = root.table(l10n.t('position table'), names, { rows: null, columns: width });
  const shape = table.tensor.shape;
  if (shape.length === 4) {
    const [, rows = 0, columns = 0] = shape;
    return { table, covered: 0, grid: [rows, columns], resampling, offset };
  }
  // Libraries differ in which of the prefix tokens have positions: all of them, those before the registers, or none.
  const counts = [0];
  for (const { tokens } of prefix) counts.push((counts.at(-1) ?? 0) + tokens.rows);
  const own = ownGrid(view);
  const fits = (grid: PatchGrid | null, covered: number): boolean =>
    grid !== null && grid[0] * grid[1] === table.rows - covered;
  for (const covered of counts) {
    if (own !== null && fits(own, covered)) return { table, covered, grid: own, resampling, offset };
  }
  for (const covered of counts) {
    const square = squareGrid(table.rows - covered);
    if (square !== null) return { table, covered, grid: square, resampling, offset };
  }
  throw notRunnable(
    root.file,
    l10n.t('the {0} entries of its position table form no grid that is known', table.rows),
    l10n.t('the size of its pictures, as config.json says it or you do'),
  );
}

/** The table of relative position biases; null where the file has none. */
export function positionBias(view: ForwardView, weights: Weights, names: Names, heads: number): PositionBias | null {
  if (!weights.has(...names)) return null;
  const table = weights.table(l10n.t('table of relative positions'), names, { rows: null, columns: heads });
  const fits = ([rows, columns]: PatchGrid): boolean =>
    (2 * rows - 1) * (2 * columns - 1) + CLASS_ENTRIES === table.rows;
  const own = ownGrid(view);
  if (own !== null && fits(own)) return { table, grid: own };
  const side = (Math.sqrt(table.rows - CLASS_ENTRIES) + 1) / 2;
  if (Number.isInteger(side) && fits([side, side])) return { table, grid: [side, side] };
  throw notRunnable(
    weights.file,
    l10n.t('the {0} entries of its table of relative positions form no grid that is known', table.rows),
    l10n.t('the size of its pictures, as config.json says it or you do'),
  );
}

/** The grid of the pictures that the model was made for. */
export function ownGrid({ model }: Pick<ForwardView, 'model'>): PatchGrid | null {
  const { patch, imageSize } = model;
  return patch === null || imageSize === null
    ? null
    : [Math.floor(imageSize[0] / patch), Math.floor(imageSize[1] / patch)];
}

function squareGrid(patches: number): PatchGrid | null {
  const side = Math.sqrt(patches);
  return Number.isInteger(side) && side > 0 ? [side, side] : null;
}
