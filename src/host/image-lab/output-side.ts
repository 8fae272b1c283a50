import type { Products } from '../../core/analysis/image/products.js';
import type { SourceOf } from '../../core/analysis/layer.js';
import type { ForwardModel } from '../../core/inference/forward.js';
import { type Linear, type Norm, normalise, readLinear, readNorm } from '../../core/inference/weights-in-memory.js';

/** What makes the output of a layer of its attention, in memory. */
export interface OutputSide {
  readonly heads: number;
  /** Of each head's part of the joint output. */
  readonly size: number;
  readonly width: number;
  readonly headsPerValue: number;
  readonly value: Linear;
  readonly innerNorm: Norm | null;
  /** Null where it is not read: the output is then that of the heads side by side. */
  readonly output: Linear | null;
}

/** Reads the value and output weights of a layer. */
export async function readOutputSide(forward: ForwardModel, layer: number, sourceOf: SourceOf): Promise<OutputSide> {
  const block = forward.blocks[layer];
  if (block === undefined) throw new Error(`the model has no layer ${layer}`);
  const { spec, value, output, innerNorm } = block.attention;
  const values = await readLinear(value, sourceOf);
  return {
    heads: spec.heads,
    size: values.rows / spec.keyValueHeads,
    width: forward.width,
    headsPerValue: spec.heads / spec.keyValueHeads,
    value: values,
    innerNorm: innerNorm === null ? null : await readNorm(innerNorm, sourceOf),
    output: output === null ? null : await readLinear(output, sourceOf),
  };
}

/** Value of a mean of tokens whose weights sum to 1, for a head. */
export function valueOf(side: OutputSide, head: number, mean: Float64Array): Float64Array {
  const { size, width, value, headsPerValue } = side;
  const first = Math.floor(head / headsPerValue) * size;
  return Float64Array.from({ length: size }, (_, d) => {
    let sum = value.bias?.[first + d] ?? 0;
    for (let j = 0; j < width; j++) sum += (value.weight[(first + d) * width + j] ?? 0) * (mean[j] ?? 0);
    return sum;
  });
}

/**
 * Output of the attention, (rows, width).
 * @param joint outputs of all heads side by side, (rows, heads x size); changed.
 */
export function outputOf(products: Products, side: OutputSide, joint: Float64Array): Float64Array {
  const { heads, size, innerNorm, output } = side;
  const columns = heads * size;
  if (innerNorm !== null) normalise(joint, innerNorm);
  if (output === null) return joint;
  return products
    .transposed(
      { values: joint, rows: joint.length / columns, columns },
      { values: output.weight, rows: output.rows, columns },
    )
    .map((each, at) => each + (output.bias?.[at % output.rows] ?? 0));
}
