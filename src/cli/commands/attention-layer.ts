import { setImmediate } from 'node:timers/promises';
import { attention, keysOf, queriesOf } from '../../core/analysis/image/attention.js';
import type { Tokens } from '../../core/analysis/image/head-weights.js';
import type { Products } from '../../core/analysis/image/products.js';
import type { SourceOf } from '../../core/analysis/layer.js';
import type { NormWeights } from '../../core/inference/forward.js';
import { readLayerAttention } from '../../core/inference/layer-attention.js';
import type { Projection } from '../../core/model/model.js';
import { readMatrixView, readVectorView } from '../../core/tensors/read.js';
import type { RunOnImage } from './run-on-image.js';

/** How far the recomputed output of an attention layer is from that of the graph. */
export interface Recomputed {
  readonly index: number;
  readonly maxAbsError: number;
  /** Largest magnitude of the graph's own, to judge the error by. */
  readonly largest: number;
}

/** Tokens that enter the attention of a layer. */
export async function tokensOf({ run, loaded }: RunOnImage, layer: number, signal: AbortSignal): Promise<Tokens> {
  const values = await run.tap('attention-input', layer, signal);
  return { values, count: loaded.tokens, width: loaded.width, prefix: loaded.prefixTokens };
}

/**
 * Attention of all heads of a layer, one after the other: from the tokens that enter it and the weights, in float64.
 * The output of the layer is recomputed from it and compared with the graph's own.
 * @param use gets (tokens, tokens) of each head.
 */
export async function attendLayer(
  products: Products,
  on: RunOnImage,
  layer: number,
  tokens: Tokens,
  signal: AbortSignal,
  use: (head: number, attention: Float32Array) => Promise<void>,
): Promise<Recomputed> {
  const block = on.forward.blocks[layer];
  if (block === undefined) throw new Error(`the model has no layer ${layer}`);
  const { spec, value, output, innerNorm } = block.attention;
  const { sourceOf } = on;
  const { count, width } = tokens;
  const parts = await readLayerAttention(on.forward, layer, on.loaded.grid, sourceOf);
  const values = await readProjection(value, sourceOf);
  const size = values.rows / spec.keyValueHeads;
  const joint = new Float64Array(count * spec.heads * size);
  for (const [index, head] of parts.heads.entries()) {
    // Lets an interrupt come in.
    await setImmediate(undefined, { signal });
    const queries = queriesOf(products, tokens, head);
    const keys = keysOf(products, tokens, head);
    parts.prepare('query', queries);
    parts.prepare('key', keys);
    const found = attention(products, { queries, keys, count, size: head.rows, scale: head.scale }, parts.bias(index));
    const first = Math.floor(index / (spec.heads / spec.keyValueHeads)) * size;
    const weight = values.weight.subarray(first * width, (first + size) * width);
    const own = products
      .transposed(
        { values: weight, rows: size, columns: width },
        { values: tokens.values, rows: count, columns: width },
      )
      .map((each, at) => each + (values.bias?.[first + Math.floor(at / count)] ?? 0));
    const mixed = products.transposed(
      { values: found, rows: count, columns: count },
      { values: own, rows: size, columns: count },
    );
    for (let i = 0; i < count; i++) {
      joint.set(mixed.subarray(i * size, (i + 1) * size), (i * spec.heads + index) * size);
    }
    await use(index, found);
  }
  if (innerNorm !== null) await normalise(joint, innerNorm, sourceOf);
  const last = await readProjection(output, sourceOf);
  const columns = spec.heads * size;
  const recomputed = products.transposed(
    { values: joint, rows: count, columns },
    { values: last.weight, rows: last.rows, columns },
  );
  const graph = await on.run.tap('attention-output', layer, signal);
  let maxAbsError = 0;
  let largest = 0;
  for (let at = 0; at < recomputed.length; at++) {
    const given = graph[at] ?? NaN;
    const error = Math.abs((recomputed[at] ?? 0) + (last.bias?.[at % last.rows] ?? 0) - given);
    // A number that is not finite must not pass for a small one.
    if (!(error <= maxAbsError)) maxAbsError = error;
    largest = Math.max(largest, Math.abs(given));
  }
  return { index: layer, maxAbsError, largest };
}

async function readProjection({ weight, bias }: Projection, sourceOf: SourceOf) {
  return {
    weight: await readMatrixView(await sourceOf(weight.tensor.file), weight),
    bias: bias === null ? null : await readVectorView(await sourceOf(bias.tensor.file), bias),
    rows: weight.rows,
  };
}

/** Norm of each row, in place. */
async function normalise(values: Float64Array, { kind, gain, shift, epsilon }: NormWeights, sourceOf: SourceOf) {
  const gains = await readVectorView(await sourceOf(gain.tensor.file), gain);
  const shifts = shift === null ? null : await readVectorView(await sourceOf(shift.tensor.file), shift);
  const size = gains.length;
  for (let at = 0; at < values.length; at += size) {
    const row = values.subarray(at, at + size);
    const middle = kind === 'layer' ? row.reduce((sum, value) => sum + value, 0) / size : 0;
    const spread = row.reduce((sum, value) => sum + (value - middle) ** 2, 0) / size;
    const factor = 1 / Math.sqrt(spread + epsilon);
    for (let i = 0; i < size; i++) row[i] = ((row[i] ?? 0) - middle) * factor * (gains[i] ?? 1) + (shifts?.[i] ?? 0);
  }
}
