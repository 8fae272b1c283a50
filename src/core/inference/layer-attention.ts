import type { HeadWeights } from '../analysis/image/head-weights.js';
import type { SourceOf } from '../analysis/layer.js';
import type { Projection, VectorView } from '../model/model.js';
import { readMatrixView, readVectorView } from '../tensors/read.js';
import type { AttentionWeights, ForwardModel, PatchGrid } from './forward.js';
import { continuousBias } from './continuous-bias.js';
import { readWidening, type Widening } from './decomposed-bias.js';
import { LARGEST_LOGARITHM, toUnitRows } from './cosines.js';
import { layerGrid, layerShape } from './layer-shapes.js';
import { biasTable, relativeIndex, windowIndex } from './relative-positions.js';
import { layerRotation, type RotationTables } from './rotation.js';
import { normalise, readNorm } from './weights-in-memory.js';
import type { WindowLayout } from './windows.js';

/** What recomputing the attention of one layer takes, in memory; nothing of other layers. */
export interface LayerAttention {
  /** Weights of all heads together: queries of one after the other, and keys of those that have some of their own. */
  readonly query: JointWeights;
  readonly key: JointWeights;
  /** Weights of each head; heads that share keys have the same. */
  readonly heads: readonly HeadWeights[];
  /** How the tokens are parted into windows; null where every token attends to all. */
  readonly windows: WindowLayout | null;
  /** Added to the scores of a head, (tokens, tokens), or (places, places) of any window; null where nothing is. */
  bias(head: number): Float32Array | null;
  /** What happens to queries and keys of a head before they meet, in place, (tokens, headSize): norms of the heads, rotation, length 1 and the factor on cosines. */
  prepare(side: 'query' | 'key', values: Float64Array, head: number): void;
  /** What happens to them afterwards, to those of a window or of all tokens; null where nothing does. */
  readonly widening: Widening | null;
}

/** A projection in memory, (rows, width). */
interface JointWeights {
  readonly values: Float64Array;
  readonly bias: Float64Array | null;
}

/** Reads what the attention of a layer depends on. @param grid rows and columns of patches of the picture, whatever the layer has made of them. */
export async function readLayerAttention(
  forward: ForwardModel,
  layer: number,
  grid: PatchGrid,
  sourceOf: SourceOf,
): Promise<LayerAttention> {
  const block = forward.blocks[layer];
  if (block === undefined) throw new Error(`the model has no layer ${layer}`);
  const { spec, headNorms, cosine, decomposed } = block.attention;
  const query = await readProjection(spec.query, sourceOf);
  const key = await readProjection(spec.key, sourceOf);
  const norms =
    headNorms === null
      ? null
      : { query: await readNorm(headNorms.query, sourceOf), key: await readNorm(headNorms.key, sourceOf) };
  const turns = await layerRotation(forward, layer, grid, sourceOf);
  const { windows } = layerShape(forward, grid, layer);
  const table = await tableOf(block.attention, windows, grid, sourceOf);
  const factors =
    cosine === undefined
      ? null
      : (await readVector(cosine.scale, sourceOf)).map((value) => Math.exp(Math.min(value, LARGEST_LOGARITHM)));
  const { heads, keyValueHeads, headSize, width, scale } = spec;
  return {
    query: query.joint,
    key: key.joint,
    heads: Array.from({ length: heads }, (_, head) => {
      const keyHead = Math.floor(head / (heads / keyValueHeads));
      return {
        query: query.rows(head * headSize, headSize),
        key: key.rows(keyHead * headSize, headSize),
        queryBias: query.entries(head * headSize, headSize),
        keyBias: key.entries(keyHead * headSize, headSize),
        rows: headSize,
        columns: width,
        scale,
      };
    }),
    windows,
    widening:
      decomposed === undefined
        ? null
        : await readWidening(decomposed, windows?.size ?? layerGrid(forward, grid, layer), scale, sourceOf),
    bias: (head) =>
      table === null ? null : Float32Array.from(table.index, (row) => table.values[row * heads + head] ?? NaN),
    prepare: (side, values, head) => {
      if (norms !== null) normalise(values, norms[side]);
      if (turns !== null) turn(values, headSize, turns, head);
      if (factors === null) return;
      toUnitRows(values, headSize);
      // The products are multiplied by the scale afterwards.
      const factor = (factors[head] ?? NaN) / scale;
      if (side === 'query') for (let at = 0; at < values.length; at++) values[at] = (values[at] ?? NaN) * factor;
    },
  };
}

/** Entries of a table of relative positions and the row of each pair. */
async function tableOf(
  { bias, cosine }: AttentionWeights,
  windows: WindowLayout | null,
  grid: PatchGrid,
  sourceOf: SourceOf,
) {
  if (windows !== null && cosine !== undefined) {
    return { values: await continuousBias(cosine, windows.size, sourceOf), index: windowIndex(windows.size) };
  }
  if (bias === null) return null;
  return windows === null
    ? { values: await biasTable(bias, grid, sourceOf), index: relativeIndex(grid) }
    : { values: await biasTable(bias, windows.size, sourceOf), index: windowIndex(windows.size) };
}

async function readProjection({ weight, bias }: Projection, sourceOf: SourceOf) {
  const values = await readMatrixView(await sourceOf(weight.tensor.file), weight, sourceOf);
  const entries = bias === null ? null : await readVector(bias, sourceOf);
  const { columns } = weight;
  return {
    joint: { values, bias: entries },
    rows: (start: number, count: number): Float64Array => values.subarray(start * columns, (start + count) * columns),
    entries: (start: number, count: number): Float64Array | null => entries?.subarray(start, start + count) ?? null,
  };
}

async function readVector(view: VectorView, sourceOf: SourceOf): Promise<Float64Array> {
  return readVectorView(await sourceOf(view.tensor.file), view, sourceOf);
}

function turn(values: Float64Array, size: number, tables: RotationTables, head: number): void {
  const { pairs, heads } = tables;
  const length = tables.cos.length / heads;
  const start = heads === 1 ? 0 : head * length;
  const [cos, sin] = [tables.cos.subarray(start, start + length), tables.sin.subarray(start, start + length)];
  for (let at = 0; at < values.length; at += size) {
    for (let pair = 0; pair < size / 2; pair++) {
      const i = pairs === 'half' ? at + pair : at + 2 * pair;
      const j = pairs === 'half' ? i + size / 2 : i + 1;
      const [x, y] = [values[i] ?? 0, values[j] ?? 0];
      values[i] = x * (cos[i] ?? 1) - y * (sin[i] ?? 0);
      values[j] = y * (cos[j] ?? 1) + x * (sin[j] ?? 0);
    }
  }
}
