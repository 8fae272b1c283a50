import * as l10n from '@vscode/l10n';
import type { SourceOf } from '../analysis/layer.js';
import type { LayerSpec, VectorView } from '../model/model.js';
import { DecomposedBiases } from './decomposed-graph.js';
import { type ForwardEdits, promptInput, type QueryEdit } from './edits.js';
import { embed } from './embedding.js';
import { type PatchGrid, prefixLength, type WrittenModel } from './forward.js';
import { GraphBuilder, type WeightCopy, type WeightPlaces } from './graph-builder.js';
import { checkWhole, layerShape } from './layer-shapes.js';
import { mlp, norm, rotation, selfAttention } from './modules.js';
import { throughNeck } from './neck.js';
import type { OnnxGraph } from './onnx/graph.js';
import { addOutputs, type OutputName } from './outputs.js';
import { patchGrid } from './patch-grid.js';
import { relativeIndex } from './relative-positions.js';
import { layerRotation } from './rotation.js';
import { ScoreBiases } from './score-bias.js';
import { mergePatches, WindowValues } from './window-graph.js';

/**
 * What can be looked at in a layer: the tokens that its attention reads, and what its attention adds to them before any layer scale or norm behind it; in the order
 * of the picture, where they attend within windows too.
 */
export type TapName = 'attention-input' | 'attention-output' | OwnTapName;

/** Queries and keys of all heads as they meet, which only graphs of files give. */
type OwnTapName = 'own-query' | 'own-key';

/** Name of a tap among the outputs of a graph. */
export function tapOutput(tap: TapName, layer: number): string {
  return `${tap}-${layer}`;
}

/** A forward pass as a graph for one size of pictures. */
export interface BuiltGraph {
  readonly graph: OnnxGraph;
  /** Weights that could not be taken from the checkpoint as they lie, and the size of the file that they fill. */
  readonly copies: readonly WeightCopy[];
  readonly copyBytes: number;
  readonly grid: PatchGrid;
  /** Prefix tokens and patches. */
  readonly tokens: number;
  readonly outputs: readonly OutputName[];
  /** Number of heads of each layer, where each layer has an input that is added to its scores; null where none has. */
  readonly promptHeads: readonly number[] | null;
  /** What the input `relative-index` is given with each picture, (tokens, tokens); null where the graph has no such input. */
  readonly relativeIndex: Int32Array | null;
}

/** How to build a graph. */
export interface BuildOptions {
  /** Name of the checkpoint for messages. */
  readonly file: string;
  /** [height, width] of pictures in pixels, multiples of the patch. */
  readonly imageSize: readonly [number, number];
  /** Whether the graph gives the taps of each layer. */
  readonly taps: boolean;
  readonly edits: ForwardEdits;
  readonly places: WeightPlaces;
}

/**
 * Writes a forward pass as a graph: inputs `pixels` (1, channels, height, width) and what edits and biases ask for, outputs by name, all float32.
 * Only tables that have to be interpolated are read.
 * @throws CheckpointError `wrong-use` for a size that does not divide into patches, `limit` for one with too many.
 */
export async function buildGraph(
  forward: WrittenModel,
  { file, imageSize, taps, edits, places }: BuildOptions,
  sourceOf: SourceOf,
): Promise<BuiltGraph> {
  const grid = patchGrid(forward, file, imageSize);
  const prefix = prefixLength(forward);
  const tokens = prefix + grid[0] * grid[1];
  const graph = new GraphBuilder(places);
  const biases = new ScoreBiases(graph, grid, sourceOf);
  const shared = forward.rotation?.kind === 'grid' ? await rotationOf(graph, forward, 0, grid, sourceOf) : null;
  const nearestKeys = edits.nearestKeys === null || edits.nearestKeys >= tokens ? null : edits.nearestKeys;
  if (edits.nearestKeys !== null || edits.promptable === true)
    checkWhole(forward, file, l10n.t('a change of the scores'));
  const decomposed = new DecomposedBiases(graph, sourceOf);
  const windows = new WindowValues(graph, biases, decomposed);
  let shape = layerShape(forward, grid, 0);

  let x = await embed(graph, forward, imageSize, grid, sourceOf);
  if (forward.preNorm !== null) x = norm(graph, x, forward.preNorm);
  for (const [layer, block] of forward.blocks.entries()) {
    const { norm1, attention, scale1, norm2, mlp: weights, scale2, merging, normsBehind } = block;
    if (merging !== undefined) x = mergePatches(graph, x, shape.grid, merging);
    shape = layerShape(forward, grid, layer);
    const input = normsBehind === true ? x : norm(graph, x, norm1);
    const query = queryEdit(edits, layer, attention.spec);
    const rotate = shared ?? (await rotationOf(graph, forward, layer, grid, sourceOf));
    const prompt = edits.promptable
      ? graph.input(promptInput(layer), 'float32', [attention.spec.heads, 1, tokens])
      : null;
    const attended =
      shape.windows === null
        ? selfAttention(graph, input, attention, {
            bias: await biases.of(attention.bias),
            prompt,
            rotate,
            query,
            nearestKeys,
            windows: null,
            widening: await decomposed.of(attention, shape.grid, null),
          })
        : await windows.attend(input, attention, { ...shape, windows: shape.windows }, query);
    if (taps) {
      graph.output(tapOutput('attention-input', layer), input, [shape.tokens, shape.width]);
      graph.output(tapOutput('attention-output', layer), attended, [shape.tokens, shape.width]);
    }
    if (normsBehind === true) {
      x = addScaled(graph, x, norm(graph, attended, norm1), scale1);
      x = addScaled(graph, x, norm(graph, mlp(graph, x, weights), norm2), scale2);
      continue;
    }
    x = addScaled(graph, x, attended, scale1);
    x = addScaled(graph, x, mlp(graph, norm(graph, x, norm2), weights), scale2);
  }
  if (forward.norm !== null) x = norm(graph, x, forward.norm);
  if (forward.neck !== undefined) x = throughNeck(graph, x, shape.grid, forward.neck);
  const width = forward.neck?.second.rows ?? shape.width;
  graph.output('tokens', x, [shape.tokens, width]);
  const outputs = addOutputs(graph, { ...forward, width }, x, prefix);
  return {
    ...graph.finish(),
    grid,
    tokens,
    outputs,
    promptHeads: edits.promptable ? forward.blocks.map(({ attention }) => attention.spec.heads) : null,
    relativeIndex: biases.used ? relativeIndex(grid) : null,
  };
}

/** The edit of a layer's queries. @throws Error for one of another size, which is a mistake of the program. */
function queryEdit({ queries }: ForwardEdits, layer: number, { query }: LayerSpec): QueryEdit | null {
  const edit = queries.find((each) => each.layer === layer);
  if (edit === undefined) return null;
  const { rows, columns } = query.weight;
  if (edit.weight.length !== rows * columns || edit.bias.length !== rows) {
    throw new Error(`the edited queries of layer ${layer} are not ${rows} x ${columns}`);
  }
  return edit;
}

function addScaled(graph: GraphBuilder, x: string, added: string, scale: VectorView | null): string {
  return graph.node('Add', [x, scale === null ? added : graph.node('Mul', [added, graph.vector(scale)])]);
}

async function rotationOf(
  graph: GraphBuilder,
  forward: WrittenModel,
  layer: number,
  grid: PatchGrid,
  sourceOf: SourceOf,
): Promise<((value: string) => string) | null> {
  const tables = await layerRotation(forward, layer, grid, sourceOf);
  const headSize = forward.blocks[layer]?.attention.spec.headSize;
  return tables === null || headSize === undefined ? null : rotation(graph, tables, headSize);
}
