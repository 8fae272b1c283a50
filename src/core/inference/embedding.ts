import type { SourceOf } from '../analysis/layer.js';
import { readMatrixView } from '../tensors/read.js';
import type { WrittenModel, PatchGrid, PositionTable } from './forward.js';
import type { GraphBuilder } from './graph-builder.js';
import { norm } from './modules.js';
import { sinePositions } from './sine-positions.js';
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
  const places = await placesOf(graph, forward, grid, sourceOf);
  const patches = places === null ? bare : graph.node('Add', [bare, places]);
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
  const { kernel, inputsFirst, bias, channels, patch, norm: own } = patches;
  const pixels = graph.input('pixels', 'float32', [1, channels, ...imageSize]);
  // The runtime turns such a constant once, when it loads the graph.
  const weights = inputsFirst
    ? graph.node('Transpose', [graph.matrix(kernel, [patch, patch, channels, width]).name], {
        perm: { ints: [3, 2, 0, 1] },
      })
    : graph.matrix(kernel, [width, channels, patch, patch]).name;
  const sizes = { strides: { ints: [patch, patch] }, kernel_shape: { ints: [patch, patch] } };
  const map = graph.node('Conv', [pixels, weights, ...(bias === null ? [] : [graph.vector(bias)])], sizes);
  const flat = graph.node('Reshape', [map, graph.integers([width, -1])]);
  const tokens = graph.node('Transpose', [flat], { perm: { ints: [1, 0] } });
  return own === undefined ? tokens : norm(graph, tokens, own);
}

/** What is added to the patches for their places; null where nothing is. */
async function placesOf(
  graph: GraphBuilder,
  { positions, sines = false, width }: WrittenModel,
  grid: PatchGrid,
  sourceOf: SourceOf,
): Promise<string | null> {
  if (sines) return graph.floats(sinePositions(grid, width), [grid[0] * grid[1], width]);
  return positions === null ? null : patchPositions(graph, positions, grid, sourceOf);
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
  const values = await readMatrixView(await sourceOf(table.tensor.file), view, sourceOf);
  const resampled = resampleGrid(values, table.columns, stored, grid, resampling, offset);
  return graph.floats(resampled, [grid[0] * grid[1], table.columns]);
}
