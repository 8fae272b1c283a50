import type { HeadWeights } from '../analysis/image/head-weights.js';
import type { SourceOf } from '../analysis/layer.js';
import type { Projection, VectorView } from '../model/model.js';
import { readMatrixView, readVectorView } from '../tensors/read.js';
import { type ForwardModel, type PatchGrid, prefixLength } from './forward.js';
import { biasTable, relativeIndex } from './relative-positions.js';
import { type RotationTables, rotationTables } from './rotation.js';
import { normalise, readNorm } from './weights-in-memory.js';

/** What recomputing the attention of one layer takes, in memory; nothing of other layers. */
export interface LayerAttention {
  /** Weights of all heads together: queries of one after the other, and keys of those that have some of their own. */
  readonly query: JointWeights;
  readonly key: JointWeights;
  /** Weights of each head; heads that share keys have the same. */
  readonly heads: readonly HeadWeights[];
  /** Added to the scores of a head, (tokens, tokens); null where nothing is. */
  bias(head: number): Float32Array | null;
  /** What happens to queries and keys before they meet, in place, (tokens, headSize): norms of the heads, rotation. */
  prepare(side: 'query' | 'key', values: Float64Array): void;
}

/** A projection in memory, (rows, width). */
interface JointWeights {
  readonly values: Float64Array;
  readonly bias: Float64Array | null;
}

/** Reads what the attention of a layer depends on, for pictures of a grid of patches. */
export async function readLayerAttention(
  forward: ForwardModel,
  layer: number,
  grid: PatchGrid,
  sourceOf: SourceOf,
): Promise<LayerAttention> {
  const block = forward.blocks[layer];
  if (block === undefined) throw new Error(`the model has no layer ${layer}`);
  const { spec, headNorms, bias } = block.attention;
  const query = await readProjection(spec.query, sourceOf);
  const key = await readProjection(spec.key, sourceOf);
  const norms =
    headNorms === null
      ? null
      : { query: await readNorm(headNorms.query, sourceOf), key: await readNorm(headNorms.key, sourceOf) };
  const turns =
    forward.rotation === null
      ? null
      : await rotationTables(forward.rotation, grid, spec.headSize, prefixLength(forward), sourceOf);
  const table = bias === null ? null : { values: await biasTable(bias, grid, sourceOf), index: relativeIndex(grid) };
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
    bias: (head) =>
      table === null ? null : Float32Array.from(table.index, (row) => table.values[row * heads + head] ?? NaN),
    prepare: (side, values) => {
      if (norms !== null) normalise(values, norms[side]);
      if (turns !== null) turn(values, headSize, turns);
    },
  };
}

async function readProjection({ weight, bias }: Projection, sourceOf: SourceOf) {
  const values = await readMatrixView(await sourceOf(weight.tensor.file), weight);
  const entries = bias === null ? null : await readVector(bias, sourceOf);
  const { columns } = weight;
  return {
    joint: { values, bias: entries },
    rows: (start: number, count: number): Float64Array => values.subarray(start * columns, (start + count) * columns),
    entries: (start: number, count: number): Float64Array | null => entries?.subarray(start, start + count) ?? null,
  };
}

async function readVector(view: VectorView, sourceOf: SourceOf): Promise<Float64Array> {
  return readVectorView(await sourceOf(view.tensor.file), view);
}

function turn(values: Float64Array, size: number, { pairs, cos, sin }: RotationTables): void {
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
