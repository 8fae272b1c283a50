import * as l10n from '@vscode/l10n';
import { groupDigits } from '../../bytes/quote.js';
import { DTYPES } from '../../tensors/dtype.js';
import type { TensorEntry } from '../../tensors/tensor-index.js';
import { jaxNames } from '../jax-names.js';
import { ArrayProblem, type ArrayHeader } from './array-header.js';

function columnSteps(shape: readonly number[]): number[] {
  let step = 1;
  return shape.map((size) => {
    const own = step;
    step *= size;
    return own;
  });
}

/**
 * An array as a tensor.
 * @param present bytes of the array that there are behind its header.
 * @throws ArrayProblem when the header declares another number of bytes.
 */
export function arrayEntry(
  name: string,
  header: ArrayHeader,
  present: number,
): Omit<TensorEntry, 'offset' | 'packing'> {
  const { dtype, shape, count, columnsFirst, bigEndian } = header;
  const byteLength = count * DTYPES[dtype].bytes;
  if (byteLength !== present) {
    const comparison = byteLength > present ? l10n.t('more data than it has') : l10n.t('less data than it has');
    throw new ArrayProblem(
      l10n.t(
        'declares {0}: {1} bytes in its header, {2} present',
        comparison,
        groupDigits(byteLength),
        groupDigits(present),
      ),
      false,
    );
  }
  return {
    name,
    ...jaxNames(name),
    dtype,
    shape,
    strides: columnsFirst && count > 0 ? columnSteps(shape) : null,
    file: 0,
    byteLength,
    ...(bigEndian ? { bigEndian } : {}),
  };
}
