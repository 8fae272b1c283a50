import type { ByteSource } from '../../bytes/byte-source.js';
import { findQuantised, type QuantisedValue } from '../../onnx/quantised.js';
import type { ComputationGraph, SmallConstant } from '../../onnx/graph.js';
import { readMatrixView } from '../../tensors/read.js';
import { DTYPES } from '../../tensors/dtype.js';
import { elementCount, type Quantisation, type TensorEntry } from '../../tensors/tensor-index.js';

/** Scales of one tensor: a 4096 x 16384 matrix in blocks of 32 has two million. */
export const MAX_SCALES = 2 ** 22;
/** All scales of a file together. */
export const MAX_ALL_SCALES = 2 ** 25;

/** All elements of a tensor, row by row. */
export async function readAll(source: ByteSource, tensor: TensorEntry): Promise<Float64Array> {
  const rows = elementCount(tensor.shape);
  return readMatrixView(source, { tensor, rowStart: 0, rows, columns: 1, transposed: false });
}

/** Small constants as what they stand for. */
export function dequantised(
  constants: ReadonlyMap<string, SmallConstant>,
  tensors: readonly TensorEntry[],
  { tensors: names }: Pick<ComputationGraph, 'tensors'>,
): Map<string, SmallConstant> {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  return new Map(
    [...constants].flatMap(([value, constant]): [string, SmallConstant][] => {
      const tensor = byName.get(names.get(value) ?? '');
      // Bytes that turned out to be packed weights are no numbers.
      if (tensor !== undefined && elementCount(tensor.shape) !== constant.values.length) return [];
      const { scales, zeroPoints } = tensor?.quantisation ?? {};
      const [scale, zero = 0] = [scales?.[0], zeroPoints?.[0]];
      if (scale === undefined || scales?.length !== 1) return [[value, constant]];
      return [[value, { ...constant, values: constant.values.map((each) => Math.fround((each - zero) * scale)) }]];
    }),
  );
}

/** Says of whole numbers for what they stand; those with scales that do not fit stay as they are. */
export async function withQuantisation(
  tensors: readonly TensorEntry[],
  graph: Pick<ComputationGraph, 'operations' | 'tensors'>,
  sourceOf: (file: number) => Promise<ByteSource>,
): Promise<readonly TensorEntry[]> {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const entryOf = (value: string): TensorEntry | null => byName.get(graph.tensors.get(value) ?? '') ?? null;
  const changed = new Map<string, TensorEntry>();
  let left = MAX_ALL_SCALES;
  for (const quantised of findQuantised(graph)) {
    const weight = entryOf(quantised.value);
    const scale = entryOf(quantised.scale);
    const zeroPoint = quantised.zeroPoint === '' ? null : entryOf(quantised.zeroPoint);
    if (weight === null || scale === null || changed.has(weight.name)) continue;
    if (quantised.zeroPoint !== '' && zeroPoint === null) continue;
    const layout = layoutOf(quantised, weight, scale);
    const count = elementCount(scale.shape);
    if (layout === null || count > MAX_SCALES || count > left) continue;
    if (zeroPoint !== null && elementCount(zeroPoint.shape) !== count) continue;
    left -= count;
    const scales = [...(await readAll(await sourceOf(scale.file), scale))];
    const zeros =
      zeroPoint === null ? scales.map(() => 0) : [...(await readAll(await sourceOf(zeroPoint.file), zeroPoint))];
    changed.set(weight.name, { ...weight, quantisation: { ...layout, scales, zeroPoints: zeros, single: true } });
  }
  return tensors.map((tensor) => changed.get(tensor.name) ?? tensor);
}

/** How scales lie along a tensor; null where they do not fit. */
function layoutOf(
  { axis, block }: QuantisedValue,
  { shape, dtype }: TensorEntry,
  scale: TensorEntry,
): Pick<Quantisation, 'axis' | 'block'> | null {
  // Floats of a byte and less have scales as whole numbers do.
  const isScaled = DTYPES[dtype].kind === 'integer' || (DTYPES[dtype].kind === 'float' && DTYPES[dtype].bytes <= 1);
  if (!isScaled || DTYPES[scale.dtype].kind !== 'float') return null;
  const count = elementCount(scale.shape);
  const along = axis < 0 ? axis + shape.length : axis;
  if (count === 1) return { axis: 0 };
  const length = shape[along];
  if (length === undefined) return null;
  if (block === 0) return count === length ? { axis: along } : null;
  const fits = shape.every((size, each) => scale.shape[each] === (each === along ? Math.ceil(size / block) : size));
  return fits ? { axis: along, block } : null;
}
