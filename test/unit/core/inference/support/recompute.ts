import { attention, keysOf, queriesOf } from '../../../../../src/core/analysis/image/attention.js';
import { Products } from '../../../../../src/core/analysis/image/products.js';
import type { Projection } from '../../../../../src/core/model/model.js';
import { readMatrixView, readVectorView } from '../../../../../src/core/tensors/read.js';
import type { PatchGrid } from '../../../../../src/core/inference/forward.js';
import { readLayerAttention } from '../../../../../src/core/inference/layer-attention.js';
import type { OpenedModel } from './opened-model.js';

const products = new Products();

type Described = Pick<OpenedModel, 'forward' | 'sourceOf'>;

/** Attention of all heads of a layer, (heads, tokens, tokens), from the tokens that enter it and the weights alone. */
export async function recomputeAttention(
  { forward, sourceOf }: Described,
  layer: number,
  grid: PatchGrid,
  tokens: Float32Array,
): Promise<Float32Array> {
  const parts = await readLayerAttention(forward, layer, grid, sourceOf);
  const count = tokens.length / forward.width;
  const out = new Float32Array(parts.heads.length * count * count);
  parts.heads.forEach((head, index) => {
    const input = { values: tokens, count, width: forward.width, prefix: 0 };
    const queries = queriesOf(products, input, head);
    const keys = keysOf(products, input, head);
    parts.prepare('query', queries, index);
    parts.prepare('key', keys, index);
    const found = attention(products, { queries, keys, count, size: head.rows, scale: head.scale }, parts.bias(index));
    out.set(found, index * count * count);
  });
  return out;
}

/**
 * What the attention of a layer adds to the tokens, (tokens, width), for given probabilities (heads, tokens, tokens): the values that they
 * mix, then the output projection. For layers whose heads have keys of their own, and no norm between.
 */
export async function attentionOutput(
  { forward, sourceOf }: Described,
  layer: number,
  tokens: Float32Array,
  probabilities: Float32Array,
): Promise<Float64Array> {
  const block = forward.blocks[layer]?.attention;
  if (block === undefined) throw new Error(`no layer ${layer}`);
  const { heads, headSize, width } = block.spec;
  const count = tokens.length / width;
  const apply = async (values: Float32Array | Float64Array, { weight, bias }: Projection): Promise<Float64Array> => {
    const source = await sourceOf(weight.tensor.file);
    const matrix = await readMatrixView(source, weight);
    const added = bias === null ? null : await readVectorView(source, bias);
    const product = products.transposed(
      { values, rows: count, columns: weight.columns },
      { values: matrix, rows: weight.rows, columns: weight.columns },
    );
    return product.map((value, at) => value + (added?.[at % weight.rows] ?? 0));
  };
  const value = await apply(tokens, block.value);
  const joint = heads * headSize;
  const mixed = new Float64Array(count * joint);
  for (let head = 0; head < heads; head++) {
    const own = new Float64Array(headSize * count);
    for (let at = 0; at < own.length; at++) {
      own[at] = value[(at % count) * joint + head * headSize + Math.floor(at / count)] ?? NaN;
    }
    const size = count * count;
    const rows = { values: probabilities.subarray(head * size, (head + 1) * size), rows: count, columns: count };
    const product = products.transposed(rows, { values: own, rows: headSize, columns: count });
    for (let at = 0; at < product.length; at++) {
      mixed[Math.floor(at / headSize) * joint + head * headSize + (at % headSize)] = product[at] ?? NaN;
    }
  }
  return apply(mixed, block.output);
}
