import * as l10n from '@vscode/l10n';
import { CheckpointError } from '../errors.js';
import { type ForwardModel, type PatchGrid, prefixLength } from './forward.js';
import { type WindowLayout, windowLayout } from './windows.js';

/** The tokens that a layer attends to; stages of a model differ in them. */
export interface LayerShape {
  /** Rows and columns of tokens. */
  readonly grid: PatchGrid;
  /** With those in front of the grid. */
  readonly tokens: number;
  readonly width: number;
  /** Null where every token attends to all. */
  readonly windows: WindowLayout | null;
}

/** Rows and columns of tokens of a layer, for a picture of so many patches. */
export function layerGrid(
  { blocks }: Pick<ForwardModel, 'blocks'>,
  [rows, columns]: PatchGrid,
  layer: number,
): PatchGrid {
  const side = mergedSide(blocks, layer);
  return [Math.ceil(rows / side), Math.ceil(columns / side)];
}

/** Patches a side that a token of a layer stands for. */
function mergedSide(blocks: ForwardModel['blocks'], layer: number): number {
  return 2 ** blocks.slice(0, layer + 1).filter(({ merging }) => merging !== undefined).length;
}

/** Pixels a side that a token of a layer stands for. */
export function tokenSide({ blocks, patches }: Pick<ForwardModel, 'blocks' | 'patches'>, layer: number): number {
  return patches.patch * mergedSide(blocks, layer);
}

/** The tokens of a layer, for a picture of so many patches. */
export function layerShape(forward: ForwardModel, patches: PatchGrid, layer: number): LayerShape {
  const block = forward.blocks[layer];
  if (block === undefined) throw new Error(`the model has no layer ${layer}`);
  const { windows, spec } = block.attention;
  const grid = layerGrid(forward, patches, layer);
  return {
    grid,
    tokens: prefixLength(forward) + grid[0] * grid[1],
    width: spec.width,
    windows: windows === undefined ? null : windowLayout(windows, grid),
  };
}

/** True for a model whose tokens attend within windows. */
export function isWindowed({ blocks }: ForwardModel): boolean {
  return blocks.some(({ attention }) => attention.windows !== undefined);
}

/** @throws CheckpointError `unsupported` where a figure that takes attention over the whole picture is asked of windows. */
export function checkWhole(forward: ForwardModel, file: string, figure: string): void {
  if (!isWindowed(forward)) return;
  const isMerged = forward.blocks.some(({ merging }) => merging !== undefined);
  throw new CheckpointError(
    'unsupported',
    file,
    isMerged
      ? l10n.t(
          '{0} is not given for it: its tokens attend within windows, and layers differ in their grids of tokens',
          figure,
        )
      : l10n.t('{0} is not given for it: its tokens attend within windows', figure),
    l10n.t(
      'attention within windows, object preference in them, modes and ablation are given, and everything from the weights',
    ),
  );
}
