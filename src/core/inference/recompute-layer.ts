import type { Tokens } from '../analysis/image/head-weights.js';
import type { SourceOf } from '../analysis/layer.js';
import type { ForwardModel, PatchGrid } from './forward.js';
import { readLayerAttention } from './layer-attention.js';
import { normalise, readLinear, readNorm } from './weights-in-memory.js';

/** How far the output of an attention layer that was computed anew is from that of the model. */
export interface RecomputedOutput {
  readonly maxAbsError: number;
  /** Largest magnitude of the model's own, to judge the error by. */
  readonly largest: number;
}

/** A layer of a model that ran on a picture. */
export interface RanLayer {
  readonly forward: ForwardModel;
  readonly layer: number;
  readonly grid: PatchGrid;
  readonly sourceOf: SourceOf;
  /** What entered its attention. */
  readonly tokens: Tokens;
  /** What the model's own attention added to them, (count, width); where its output projection is not read, what that got, (count, heads x size of a head). */
  readonly output: Float32Array;
}

/** A matrix row by row. */
interface Matrix {
  readonly values: Float64Array;
  readonly rows: number;
  readonly columns: number;
}

/** Arithmetic in float64. */
export interface AttentionArithmetic {
  /** x W^T + b, (rows of x, rows of W). */
  linear(x: Matrix, weight: Matrix, bias: Float64Array | null): Promise<Float64Array>;
  /**
   * Softmax of queries keys^T + bias over the keys, (queries, keys), and that times the values.
   * @param queries with the scale on them.
   */
  attend(
    queries: Matrix,
    keys: Matrix,
    values: Matrix,
    bias: Float32Array | null,
  ): Promise<{ attention: Float32Array; mixed: Float64Array }>;
}

/**
 * Attention of all heads of a layer, one after the other: from the tokens that enter it and the weights, in float64.
 * The output of the layer is computed from it and compared with the model's own.
 * @param use gets (tokens, tokens) of each head.
 */
export async function recomputeLayer(
  arithmetic: AttentionArithmetic,
  { forward, layer, grid, sourceOf, tokens, output }: RanLayer,
  use: (head: number, attention: Float32Array) => void,
): Promise<RecomputedOutput> {
  const block = forward.blocks[layer];
  if (block === undefined) throw new Error(`the model has no layer ${layer}`);
  const { spec, value, output: last, innerNorm } = block.attention;
  const { count, width } = tokens;
  const parts = await readLayerAttention(forward, layer, grid, sourceOf);
  const own = await readLinear(value, sourceOf);
  const size = own.rows / spec.keyValueHeads;
  const columns = spec.heads * size;
  const joint = new Float64Array(count * columns);
  const x = { values: new Float64Array(tokens.values), rows: count, columns: width };
  const project = async (values: Float64Array, bias: Float64Array | null): Promise<Matrix> => {
    const rows = values.length / width;
    return { values: await arithmetic.linear(x, { values, rows, columns: width }, bias), rows: count, columns: rows };
  };
  const queries = await project(parts.query.values, parts.query.bias);
  const keys = await project(parts.key.values, parts.key.bias);
  const values = await project(own.weight, own.bias);
  for (const [index, { rows, scale }] of parts.heads.entries()) {
    const shared = Math.floor(index / (spec.heads / spec.keyValueHeads));
    const query = columnsOf(queries, index * rows, rows);
    const key = columnsOf(keys, shared * rows, rows);
    parts.prepare('query', query.values);
    parts.prepare('key', key.values);
    for (let at = 0; at < query.values.length; at++) query.values[at] = (query.values[at] ?? 0) * scale;
    const { attention, mixed } = await arithmetic.attend(
      query,
      key,
      columnsOf(values, shared * size, size),
      parts.bias(index),
    );
    for (let i = 0, from = 0; i < count; i++) {
      const to = i * columns + index * size;
      for (let d = 0; d < size; d++, from++) joint[to + d] = mixed[from] ?? 0;
    }
    use(index, attention);
  }
  if (innerNorm !== null) normalise(joint, await readNorm(innerNorm, sourceOf));
  if (last === null) return difference(joint, output);
  const { weight: to, bias: shift, rows: outputs } = await readLinear(last, sourceOf);
  const found = await arithmetic.linear(
    { values: joint, rows: count, columns },
    { values: to, rows: outputs, columns },
    shift,
  );
  return difference(found, output);
}

/** Some columns of a matrix as one of their own. */
function columnsOf({ values, rows, columns }: Matrix, first: number, count: number): Matrix {
  const own = new Float64Array(rows * count);
  for (let i = 0, to = 0; i < rows; i++) {
    const from = i * columns + first;
    for (let d = 0; d < count; d++, to++) own[to] = values[from + d] ?? 0;
  }
  return { values: own, rows, columns: count };
}

/** Largest difference of numbers from those of the model. */
function difference(found: Float64Array, output: Float32Array): RecomputedOutput {
  let maxAbsError = 0;
  let largest = 0;
  for (let at = 0; at < found.length; at++) {
    const given = output[at] ?? NaN;
    const error = Math.abs((found[at] ?? 0) - given);
    // A number that is not finite must not pass for a small one.
    if (!(error <= maxAbsError)) maxAbsError = error;
    if (Math.abs(given) > largest) largest = Math.abs(given);
  }
  return { maxAbsError, largest };
}
