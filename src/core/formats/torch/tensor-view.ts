import * as l10n from '@vscode/l10n';
import { groupDigits, quoteName } from '../../bytes/quote.js';
import { DTYPES, type DType } from '../../tensors/dtype.js';
import { checkedElementCount } from '../shape.js';
import { PickleProblem } from './pickle/problem.js';
import { isKind, type PickleStorage, type PickleTensor, type PickleValue } from './pickle/values.js';

function numbers(value: PickleValue | undefined, what: string): readonly number[] {
  if (isKind(value, 'tuple') && value.items.every((item) => typeof item === 'number')) return value.items;
  throw new PickleProblem(l10n.t('the {0} of a tensor is no tuple of whole numbers', what));
}

/** Number of elements of `dtype` in a storage. */
function capacity(storage: PickleStorage, dtype: DType): number {
  return Math.floor((storage.length * storage.type.elementBytes) / DTYPES[dtype].bytes);
}

/** Elements from the first to behind the last of a strided view. */
export function extent(shape: readonly number[], strides: readonly number[]): number {
  if (shape.includes(0)) return 0;
  return shape.reduce((sum, size, axis) => sum + (size - 1) * (strides[axis] ?? 0), 1);
}

/**
 * A tensor's view of a storage, as `_rebuild_tensor` gets it.
 * @throws PickleProblem when it is no view or reaches beyond the storage.
 */
export function viewStorage(storage: PickleStorage, dtype: DType, args: readonly PickleValue[]): PickleTensor {
  const [, offset, size, stride] = args;
  const key = quoteName(storage.key);
  if (typeof offset !== 'number' || !Number.isSafeInteger(offset)) {
    throw new PickleProblem(l10n.t('a tensor in storage {0} has no whole number as its offset', key));
  }
  if (offset < 0)
    throw new PickleProblem(l10n.t('a tensor in storage {0} has the negative storage offset {1}', key, offset));
  const shape = numbers(size, 'shape');
  const strides = numbers(stride, 'stride');
  const count = checkedElementCount(shape);
  if (typeof count === 'string') throw new PickleProblem(l10n.t('a tensor in storage {0} {1}', key, count));
  if (strides.length !== shape.length || !strides.every((step) => Number.isSafeInteger(step) && step >= 0)) {
    throw new PickleProblem(
      l10n.t(
        'a tensor in storage {0} has the strides [{1}] for the shape [{2}]',
        key,
        strides.join(', '),
        shape.join(', '),
      ),
    );
  }
  const end = offset + extent(shape, strides);
  const room = capacity(storage, dtype);
  // Where the end is no exact number it is far beyond any storage.
  if (end > room && count > 0) {
    const reach = l10n.t(
      'shape [{0}], strides [{1}], offset {2}',
      shape.join(', '),
      strides.join(', '),
      groupDigits(offset),
    );
    throw new PickleProblem(
      l10n.t("a tensor's view reaches beyond its storage {0} of {1} elements: {2}", key, groupDigits(room), reach),
    );
  }
  return { kind: 'tensor', storage, dtype, offset, shape, strides };
}
