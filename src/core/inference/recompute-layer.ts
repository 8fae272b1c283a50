import type { Tokens } from '../analysis/image/head-weights.js';
import type { SourceOf } from '../analysis/layer.js';
import { attendWindows, widened } from './attend-windows.js';
import type { LayerSpec } from '../model/model.js';
import type { ForwardModel, PatchGrid } from './forward.js';
import { type LayerAttention, readLayerAttention } from './layer-attention.js';
import { type OwnScores, withOwnScores } from './own-scores.js';
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
  /** Rows and columns of patches of the picture, whatever the layer has made of them. */
  readonly grid: PatchGrid;
  readonly sourceOf: SourceOf;
  /** What entered its attention. */
  readonly tokens: Tokens;
  /** What the model's own attention added to them, (count, width); where its output projection is not read, what that got, (count, heads x size of a head). */
  readonly output: Float32Array;
  /** Queries and keys where the model's own graph gives them; else they are computed from the tokens. */
  readonly own?: OwnScores | null;
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
 * @param use gets (tokens, tokens) of each head; (windows, places, places) where tokens attend within windows, in the order of `WindowLayout`.
 */
export async function recomputeLayer(
  arithmetic: AttentionArithmetic,
  { forward, layer, grid, sourceOf, tokens, output, own: given = null }: RanLayer,
  use: (head: number, attention: Float32Array) => void,
): Promise<RecomputedOutput> {
  const block = forward.blocks[layer];
  if (block === undefined) throw new Error(`the model has no layer ${layer}`);
  const { spec, value, output: last, innerNorm } = block.attention;
  const { count, width } = tokens;
  const read = await readLayerAttention(forward, layer, grid, sourceOf);
  const parts = given === null ? read : withOwnScores(read, given);
  const own = await readLinear(value, sourceOf);
  const size = own.rows / spec.keyValueHeads;
  const columns = spec.heads * size;
  const joint = new Float64Array(count * columns);
  const { windows, widening } = parts;
  // Places of windows without a token hold zeros, whose queries and keys are the biases.
  const rows = windows === null ? count : count + 1;
  const x = { values: new Float64Array(rows * width), rows, columns: width };
  x.values.set(tokens.values);
  const project = async (values: Float64Array, bias: Float64Array | null): Promise<Matrix> => {
    const outputs = values.length / width;
    const projected = await arithmetic.linear(x, { values, rows: outputs, columns: width }, bias);
    return { values: projected, rows, columns: outputs };
  };
  const sideOf = await computedSides(project, parts, spec);
  const values = await project(own.weight, own.bias);
  for (const [index, { rows: headSize, scale }] of parts.heads.entries()) {
    const shared = Math.floor(index / (spec.heads / spec.keyValueHeads));
    const query = sideOf('query', index, headSize);
    const key = sideOf('key', index, headSize);
    multiply(query.values, scale);
    const mixable = columnsOf(values, shared * size, size);
    const bias = parts.bias(index);
    const { attention, mixed } =
      windows === null
        ? await arithmetic.attend(widened(query, widening, 'query'), widened(key, widening, 'key'), mixable, bias)
        : await attendWindows(arithmetic, windows, { queries: query, keys: key, values: mixable }, bias, widening);
    putColumns(mixed, { values: joint, rows: count, columns }, index * size, size);
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

/** Queries or keys of a head as they meet but for the scale, (count, size of a head). */
type SideOf = (side: 'query' | 'key', head: number, size: number) => Matrix;

/** Queries and keys from the tokens and the weights. */
async function computedSides(
  project: (values: Float64Array, bias: Float64Array | null) => Promise<Matrix>,
  parts: LayerAttention,
  { heads, keyValueHeads }: LayerSpec,
): Promise<SideOf> {
  const all = {
    query: await project(parts.query.values, parts.query.bias),
    key: await project(parts.key.values, parts.key.bias),
  };
  const sharing = heads / keyValueHeads;
  return (side, head, size) => {
    const made = columnsOf(all[side], (side === 'query' ? head : Math.floor(head / sharing)) * size, size);
    parts.prepare(side, made.values, head);
    return made;
  };
}

/** Some columns of a matrix as one of their own. */
function columnsOf({ values, rows, columns }: Matrix, first: number, count: number): Matrix {
  const own = new Float64Array(rows * count);
  let at = 0;
  // Rows of a head are short: copying them number by number takes a quarter of the time of a view for each.
  for (let i = 0; i < rows; i++) {
    const from = i * columns + first;
    for (let j = 0; j < count; j++) own[at++] = values[from + j] ?? 0;
  }
  return { values: own, rows, columns: count };
}

/** Puts columns in their place in a matrix. */
function putColumns(own: Float64Array, { values, rows, columns }: Matrix, first: number, count: number): void {
  let at = 0;
  for (let i = 0; i < rows; i++) {
    const to = i * columns + first;
    for (let j = 0; j < count; j++) values[to + j] = own[at++] ?? 0;
  }
}

/** A function of its own: a loop in an asynchronous function is compiled anew for each layer. */
function multiply(values: Float64Array, factor: number): void {
  for (let at = 0; at < values.length; at++) values[at] = (values[at] ?? 0) * factor;
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
