import { elementCount, type TensorEntry } from '../../tensors/tensor-index.js';
import { DTYPES } from '../../tensors/dtype.js';

/** The module in which big_vision stacks the weights of all layers along the first axis (flax.linen.scan). */
const STACK = /(^|\.)encoderblock\./u;
/** More layers than any model has. */
const MAX_LAYERS = 1_000;

/** The layers of a stacked array as tensors of their own, named with the layer in brackets; the array itself where it is not stacked. */
export function unstacked(tensor: TensorEntry, isStacked: boolean): readonly TensorEntry[] {
  const { name, path = name, dtype, shape, strides, offset, packing } = tensor;
  const [layers = 0, ...rest] = shape;
  if (!isStacked || !STACK.test(path) || strides !== null || layers < 1 || layers > MAX_LAYERS) return [tensor];
  const byteLength = elementCount(rest) * DTYPES[dtype].bytes;
  return Array.from({ length: layers }, (_, layer): TensorEntry => {
    const start = layer * byteLength;
    return {
      ...tensor,
      name: `${name}[${String(layer)}]`,
      path: path.replace(STACK, `$1encoderblock_${String(layer)}.`),
      shape: rest,
      byteLength,
      ...(packing?.kind === 'deflate'
        ? { packing: { ...packing, skip: packing.skip + start } }
        : { offset: offset + start }),
    };
  });
}

/** True where all arrays of stacked modules have as many layers. */
export function isStack(tensors: readonly TensorEntry[]): boolean {
  const stacked = tensors.filter(({ name, path = name }) => STACK.test(path));
  const [first] = stacked;
  return first !== undefined && stacked.every(({ shape }) => shape.length > 1 && shape[0] === first.shape[0]);
}
