import type { SourceOf } from '../analysis/layer.js';
import { readMatrixView } from '../tensors/read.js';
import type { WrittenModel, PatchGrid, PositionTable } from './forward.js';
import type { GraphBuilder } from './graph-builder.js';
import { resampleGrid } from './resample.js';

/** Patches and prefix tokens with their positions, (tokens, width), from the input `pixels`. */
export async function embed(
  graph: GraphBuilder,
  forward: WrittenModel,
  imageSize: readonly [number, number],
  grid: PatchGrid,
  sourceOf: SourceOf,
): Promise<string> {
  const { positions } = forward;
  const bare = embedPatches(graph, forward, imageSize);
  const patches =
    positions === null ? bare : graph.node('Add', [bare, await patchPositions(graph, positions, grid, sourceOf)]);
  let start = 0;
  const parts = forward.prefix.map(({ tokens }) => {
    const value = graph.matrix(tokens).name;
    const rowStart = start;
    start += tokens.rows;
    if (positions === null || rowStart >= positions.covered) return value;
    return graph.node('Add', [value, graph.matrix({ ...positions.table, rowStart, rows: tokens.rows }).name]);
  });
  return parts.length === 0 ? patches : graph.node('Concat', [...parts, patches], { axis: { int: 0 } });
}

function embedPatches(
  graph: GraphBuilder,
  { patches, width }: WrittenModel,
  imageSize: readonly [number, number],
): string {
  const { kernel, bias, channels, patch } = patches;
  const pixels = graph.input('pixels', 'float32', [1, channels, ...imageSize]);
  const weights = graph.matrix(kernel, [width, channels, patch, patch]).name;
  const sizes = { strides: { ints: [patch, patch] }, kernel_shape: { ints: [patch, patch] } };
  const map = graph.node('Conv', [pixels, weights, ...(bias === null ? [] : [graph.vector(bias)])], sizes);
  const flat = graph.node('Reshape', [map, graph.integers([width, -1])]);
  return graph.node('Transpose', [flat], { perm: { ints: [1, 0] } });
}

/** Positions of the patches: as stored for the grid of the table, interpolated for any other. */
async function patchPositions(
  graph: GraphBuilder,
  { table, covered, grid: stored, resampling, offset }: PositionTable,
  grid: PatchGrid,
  sourceOf: SourceOf,
): Promise<string> {
  const view = { ...table, rowStart: covered, rows: table.rows - covered };
  if (stored[0] === grid[0] && stored[1] === grid[1]) return graph.matrix(view).name;
  const values = await readMatrixView(await sourceOf(table.tensor.file), view);
  const resampled = resampleGrid(values, table.columns, stored, grid, resampling, offset);
  return graph.floats(resampled, [grid[0] * grid[1], table.columns]);
}
