import type { ByteSource } from '../../bytes/byte-source.js';
import { NBITS_PRODUCT } from '../../onnx/quantised.js';
import type { ComputationGraph, Operation } from '../../onnx/graph.js';
import { DTYPES, type DType } from '../../tensors/dtype.js';
import { elementCount, type TensorEntry } from '../../tensors/tensor-index.js';
import { MAX_ALL_SCALES, MAX_SCALES, readAll } from './quantise.js';

/** Element types by bits. */
const TYPES: ReadonlyMap<number, DType> = new Map<number, DType>([
  [2, 'U2'],
  [4, 'U4'],
  [8, 'U8'],
]);

/** Sizes of a product with a weight of few bits; null where they do not fit each other. */
interface Packed {
  readonly dtype: DType;
  readonly bits: number;
  readonly rows: number;
  readonly columns: number;
  readonly block: number;
  readonly blocks: number;
}

function packedBy({ attributes }: Operation, weight: TensorEntry): Packed | null {
  const number = (name: string, otherwise: number): number => attributes.get(name)?.numbers?.[0] ?? otherwise;
  const [columns, rows, bits, block] = [number('K', 0), number('N', 0), number('bits', 4), number('block_size', 0)];
  const dtype = TYPES.get(bits);
  const whole = [columns, rows, block].every((size) => Number.isSafeInteger(size) && size > 0);
  // A last block that is only partly used is written by no exporter: inputs are multiples of 32.
  if (dtype === undefined || !whole || columns % block !== 0 || weight.dtype !== 'U8') return null;
  const blocks = columns / block;
  const fits = elementCount(weight.shape) === (rows * columns * bits) / 8 && weight.packing === undefined;
  return fits ? { dtype, bits, rows, columns, block, blocks } : null;
}

/** Zero points of each block, row by row; null where they do not fit. */
async function zeroPointsOf(
  { bits, rows, blocks }: Packed,
  entry: TensorEntry | null,
  read: (entry: TensorEntry) => Promise<Float64Array>,
): Promise<number[] | null> {
  const count = rows * blocks;
  if (entry === null) return Array.from({ length: count }, () => 2 ** (bits - 1));
  const stored = elementCount(entry.shape);
  if (DTYPES[entry.dtype].kind === 'float') return stored === count ? [...(await read(entry))] : null;
  const rowBytes = Math.ceil((blocks * bits) / 8);
  if (entry.dtype !== 'U8' || stored !== rows * rowBytes) return null;
  const bytes = await read(entry);
  return Array.from({ length: count }, (_, index) => {
    const at = (index % blocks) * bits;
    const byte = bytes[Math.floor(index / blocks) * rowBytes + Math.floor(at / 8)] ?? 0;
    return (byte >> (at % 8)) & (2 ** bits - 1);
  });
}

/**
 * Says of the weights of com.microsoft.MatMulNBits what their packed bytes stand for: (outputs, inputs) with a scale for each block of inputs.
 * Those that do not fit stay bytes.
 */
export async function withPackedWeights(
  tensors: readonly TensorEntry[],
  graph: Pick<ComputationGraph, 'operations' | 'tensors'>,
  sourceOf: (file: number) => Promise<ByteSource>,
): Promise<readonly TensorEntry[]> {
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const entryOf = (value: string | undefined): TensorEntry | null =>
    byName.get(graph.tensors.get(value ?? '') ?? '') ?? null;
  const read = async (entry: TensorEntry): Promise<Float64Array> => readAll(await sourceOf(entry.file), entry);
  const changed = new Map<string, TensorEntry>();
  let left = MAX_ALL_SCALES;
  for (const operation of graph.operations) {
    if (operation.operator !== NBITS_PRODUCT) continue;
    const [, weightName, scaleName, zeroName = '', order = ''] = operation.inputs;
    const [weight, scale, zero] = [entryOf(weightName), entryOf(scaleName), entryOf(zeroName)];
    if (weight === null || scale === null || changed.has(weight.name)) continue;
    // An order of the inputs' groups of its own is not followed; nor are zero points that are computed.
    if (order !== '' || (zeroName !== '' && zero === null)) continue;
    const packed = packedBy(operation, weight);
    const count = elementCount(scale.shape);
    if (packed === null || DTYPES[scale.dtype].kind !== 'float' || count !== packed.rows * packed.blocks) continue;
    if (count > MAX_SCALES || count > left) continue;
    const zeroPoints = await zeroPointsOf(packed, zero, read);
    if (zeroPoints === null) continue;
    left -= count;
    const { dtype, rows, columns, block } = packed;
    const quantisation = { axis: 1, block, scales: [...(await read(scale))], zeroPoints, single: true } as const;
    changed.set(weight.name, { ...weight, dtype, shape: [rows, columns], quantisation });
  }
  return tensors.map((tensor) => changed.get(tensor.name) ?? tensor);
}
