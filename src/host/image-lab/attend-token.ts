import { attentionRow, type QueriesAndKeys } from '../../core/analysis/image/attention.js';
import type { Products } from '../../core/analysis/image/products.js';
import type { RecomputedOutput } from '../../core/inference/recompute-layer.js';
import type { RanModel } from './head-attention.js';
import type { LayerParts } from './layer-parts.js';
import { outputOf, readOutputSide, valueOf } from './output-side.js';

/**
 * What one token attends to in all heads of a layer, (heads, tokens), without the attention of the others; its output is recomputed and compared.
 * @param meetings queries and keys of each head.
 */
export async function attendToken(
  products: Products,
  on: RanModel,
  layer: number,
  { tokens, attention }: LayerParts,
  meetings: readonly QueriesAndKeys[],
  token: number,
): Promise<{ readonly rows: Float32Array; readonly recomputed: RecomputedOutput }> {
  const side = await readOutputSide(on.forward, layer, on.sourceOf);
  const { count, width } = tokens;
  const rows = new Float32Array(meetings.length * count);
  const joint = new Float64Array(side.heads * side.size);
  for (const [index, meeting] of meetings.entries()) {
    const row = attentionRow(meeting, token, attention.bias(index));
    rows.set(row, index * count);
    const mean = new Float64Array(width);
    for (let j = 0; j < count; j++) {
      const share = row[j] ?? 0;
      for (let d = 0; d < width; d++) mean[d] = (mean[d] ?? 0) + share * (tokens.values[j * width + d] ?? 0);
    }
    joint.set(valueOf(side, index, mean), index * side.size);
  }
  const graph = await on.run.tap('attention-output', layer, UNCANCELLED);
  const output = outputOf(products, side, joint);
  const own = graph.subarray(token * output.length, (token + 1) * output.length);
  return { rows, recomputed: difference(output, own) };
}

const UNCANCELLED = new AbortController().signal;

function difference(recomputed: Float64Array, graph: Float32Array): RecomputedOutput {
  let maxAbsError = 0;
  let largest = 0;
  for (let at = 0; at < recomputed.length; at++) {
    const given = graph[at] ?? NaN;
    const error = Math.abs((recomputed[at] ?? 0) - given);
    // A number that is not finite must not pass for a small one.
    if (!(error <= maxAbsError)) maxAbsError = error;
    largest = Math.max(largest, Math.abs(given));
  }
  return { maxAbsError, largest };
}
