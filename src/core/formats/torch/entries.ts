import * as l10n from '@vscode/l10n';
import { groupDigits, quoteName } from '../../bytes/quote.js';
import { DTYPES } from '../../tensors/dtype.js';
import type { TensorEntry } from '../../tensors/tensor-index.js';
import { malformed } from '../problem.js';
import type { PickleStorage, PickleTensor } from './pickle/values.js';
import { extent } from './tensor-view.js';

/** Where the data of a storage lie in the file. */
export interface StoragePlace {
  readonly offset: number;
  /** Of the record, unpacked. */
  readonly byteLength: number;
  /** Bytes of the record where it is compressed; null or left out where it is not. */
  readonly packedLength?: number | null;
}

/** True when elements lie row by row without gaps; the step along an axis of one element says nothing. */
function isRowMajor(shape: readonly number[], strides: readonly number[]): boolean {
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] ?? 1;
    if (size !== 1 && strides[axis] !== step) return false;
    step *= size;
  }
  return true;
}

/**
 * The entries of the index for the tensors of a pickle.
 * @param placeOf where a storage lies; undefined when the file does not have it.
 * @throws CheckpointError `malformed` when a storage is missing or shorter than the pickle says.
 */
export function tensorEntries(
  tensors: ReadonlyMap<string, PickleTensor>,
  placeOf: (storage: PickleStorage) => StoragePlace | undefined,
  file: string,
): TensorEntry[] {
  return Array.from(tensors, ([name, tensor]) => {
    const { storage, dtype, shape, strides } = tensor;
    const place = placeOf(storage);
    if (place === undefined) {
      throw malformed(
        file,
        l10n.t('storage {0} of tensor {1} is not in the archive', quoteName(storage.key), quoteName(name)),
      );
    }
    const { elementBytes } = storage.type;
    const needed = (storage.start + storage.length) * elementBytes;
    if (needed > place.byteLength) {
      const sizes = l10n.t('{0} bytes present, {1} declared', groupDigits(place.byteLength), groupDigits(needed));
      throw malformed(
        file,
        l10n.t('the record of storage {0} is shorter than the storage: {1}', quoteName(storage.key), sizes),
      );
    }
    const size = DTYPES[dtype].bytes;
    const empty = shape.includes(0);
    const { packedLength = null } = place;
    const start = empty ? 0 : storage.start * elementBytes + tensor.offset * size;
    return {
      name,
      dtype,
      shape,
      strides: empty || isRowMajor(shape, strides) ? null : strides,
      file: 0,
      offset: packedLength === null ? place.offset + start : 0,
      byteLength: extent(shape, strides) * size,
      ...(packedLength === null
        ? {}
        : { packing: { kind: 'deflate', offset: place.offset, length: packedLength, skip: start } as const }),
    };
  });
}
