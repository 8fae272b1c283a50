import type { Products } from '../../core/analysis/image/products.js';
import type { SourceOf } from '../../core/analysis/layer.js';
import type { ForwardModel, NormWeights } from '../../core/inference/forward.js';
import type { Projection } from '../../core/model/model.js';
import { readMatrixView, readVectorView } from '../../core/tensors/read.js';

interface Linear {
  readonly weight: Float64Array;
  readonly bias: Float64Array | null;
  readonly rows: number;
}

interface Norm {
  readonly kind: NormWeights['kind'];
  readonly gain: Float64Array;
  readonly shift: Float64Array | null;
  readonly epsilon: number;
}

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

async function readLinear({ weight, bias }: Projection, sourceOf: SourceOf): Promise<Linear> {
  return {
    weight: await readMatrixView(await sourceOf(weight.tensor.file), weight, sourceOf),
    bias: bias === null ? null : await readVectorView(await sourceOf(bias.tensor.file), bias, sourceOf),
    rows: weight.rows,
  };
}

async function readNorm({ kind, gain, shift, epsilon }: NormWeights, sourceOf: SourceOf): Promise<Norm> {
  return {
    kind,
    gain: await readVectorView(await sourceOf(gain.tensor.file), gain, sourceOf),
    shift: shift === null ? null : await readVectorView(await sourceOf(shift.tensor.file), shift, sourceOf),
    epsilon,
  };
}

/** Norm of each row, in place. */
function normalise(values: Float64Array, { kind, gain, shift, epsilon }: Norm): void {
  const size = gain.length;
  for (let at = 0; at < values.length; at += size) {
    const row = values.subarray(at, at + size);
    const middle = kind === 'layer' ? row.reduce((sum, value) => sum + value, 0) / size : 0;
    const spread = row.reduce((sum, value) => sum + (value - middle) ** 2, 0) / size;
    const factor = 1 / Math.sqrt(spread + epsilon);
    for (let i = 0; i < size; i++) row[i] = ((row[i] ?? 0) - middle) * factor * (gain[i] ?? 1) + (shift?.[i] ?? 0);
  }
}
