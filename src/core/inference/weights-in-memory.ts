import type { SourceOf } from '../analysis/layer.js';
import type { Projection } from '../model/model.js';
import { readMatrixView, readVectorView } from '../tensors/read.js';
import type { NormWeights } from './forward.js';

/** A linear map in memory: weight (rows, inputs), bias (rows). */
export interface Linear {
  readonly weight: Float64Array;
  readonly bias: Float64Array | null;
  readonly rows: number;
}

/** A norm in memory. */
export interface Norm {
  readonly kind: NormWeights['kind'];
  readonly gain: Float64Array;
  readonly shift: Float64Array | null;
  readonly epsilon: number;
}

/** Reads a linear map. @throws CheckpointError */
export async function readLinear({ weight, bias }: Projection, sourceOf: SourceOf): Promise<Linear> {
  return {
    weight: await readMatrixView(await sourceOf(weight.tensor.file), weight, sourceOf),
    bias: bias === null ? null : await readVectorView(await sourceOf(bias.tensor.file), bias, sourceOf),
    rows: weight.rows,
  };
}

/** Reads a norm. @throws CheckpointError */
export async function readNorm({ kind, gain, shift, epsilon }: NormWeights, sourceOf: SourceOf): Promise<Norm> {
  return {
    kind,
    gain: await readVectorView(await sourceOf(gain.tensor.file), gain, sourceOf),
    shift: shift === null ? null : await readVectorView(await sourceOf(shift.tensor.file), shift, sourceOf),
    epsilon,
  };
}

/** Norm of each row, in place. */
export function normalise(values: Float64Array, { kind, gain, shift, epsilon }: Norm): void {
  const size = gain.length;
  for (let at = 0; at < values.length; at += size) {
    const row = values.subarray(at, at + size);
    const middle = kind === 'layer' ? row.reduce((sum, value) => sum + value, 0) / size : 0;
    const spread = row.reduce((sum, value) => sum + (value - middle) ** 2, 0) / size;
    const factor = 1 / Math.sqrt(spread + epsilon);
    for (let i = 0; i < size; i++) row[i] = ((row[i] ?? 0) - middle) * factor * (gain[i] ?? 1) + (shift?.[i] ?? 0);
  }
}
