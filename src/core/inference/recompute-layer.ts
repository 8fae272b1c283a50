import type { Tokens } from '../analysis/image/head-weights.js';
import type { SourceOf } from '../analysis/layer.js';
import { attendWindows, widened } from './attend-windows.js';
import type { AttentionWeights, ForwardModel, PatchGrid } from './forward.js';
import { layerSides, type Matrix } from './layer-sides.js';
import type { OwnScores } from './own-scores.js';
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
  /**
   * The softmax alone, of all heads of a layer at once, to seven digits; scores and what they are made of are float64 here too.
   * @param queries of each head, with the scale on them, all of one size.
   */
  shares(
    queries: readonly Matrix[],
    keys: readonly Matrix[],
    biases: readonly Float32Array[] | null,
  ): Promise<readonly Float32Array[]>;
}

/**
 * Attention of all heads of a layer whose tokens attend to all, (tokens, tokens) each, in a third of the time of `recomputeLayer`: all heads at once, and
 * nothing is made of it that could be compared with the model's own output. For layers whose scores fit into memory several times.
 */
export async function attendLayer(
  arithmetic: AttentionArithmetic,
  ran: Omit<RanLayer, 'output'>,
): Promise<readonly Float32Array[]> {
  const { spec } = attentionOf(ran);
  const { parts, side } = await layerSides(arithmetic, ran, spec, null);
  const { widening } = parts;
  const queries = parts.heads.map(({ scale }, head) => {
    const query = side('query', head);
    multiply(query.values, scale);
    return widened(query, widening, 'query');
  });
  const keys = parts.heads.map((_, head) => widened(side('key', head), widening, 'key'));
  const biases = parts.heads.flatMap((_, head) => parts.bias(head) ?? []);
  return arithmetic.shares(queries, keys, biases.length === 0 ? null : biases);
}

function attentionOf({ forward, layer }: Pick<RanLayer, 'forward' | 'layer'>): AttentionWeights {
  const block = forward.blocks[layer];
  if (block === undefined) throw new Error(`the model has no layer ${layer}`);
  return block.attention;
}

/**
 * Attention of all heads of a layer, one after the other: from the tokens that enter it and the weights, in float64.
 * The output of the layer is computed from it and compared with the model's own.
 * @param use gets (tokens, tokens) of each head; (windows, places, places) where tokens attend within windows, in the order of `WindowLayout`.
 */
export async function recomputeLayer(
  arithmetic: AttentionArithmetic,
  ran: RanLayer,
  use: (head: number, attention: Float32Array) => void,
): Promise<RecomputedOutput> {
  const { sourceOf, tokens, output } = ran;
  const { spec, value, output: last, innerNorm } = attentionOf(ran);
  const { count } = tokens;
  const own = await readLinear(value, sourceOf);
  const size = own.rows / spec.keyValueHeads;
  const columns = spec.heads * size;
  const joint = new Float64Array(count * columns);
  const sides = await layerSides(arithmetic, ran, spec, { values: own.weight, bias: own.bias });
  const { windows, widening, heads } = sides.parts;
  for (const [index, { scale }] of heads.entries()) {
    const query = sides.side('query', index);
    const key = sides.side('key', index);
    multiply(query.values, scale);
    const mixable = sides.values(index, size);
    const bias = sides.parts.bias(index);
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
