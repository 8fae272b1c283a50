import { l10n, type Uri } from 'vscode';
import { tableOf } from '../../core/analysis/tensor/rows.js';
import { MAX_SPECTRUM_SIDE } from '../../core/analysis/tensor/spectrum.js';
import { DTYPES } from '../../core/tensors/dtype.js';
import type { TensorEntry } from '../../core/tensors/tensor-index.js';
import type { TensorCard } from '../../protocol/tensor-view.js';
import { baseName } from '../uris.js';

/** Tensors up to this size are read as soon as their view opens, which takes a fraction of a second. */
const READ_AT_ONCE_BYTES = 64 * 2 ** 20;

/** What the view of a tensor shows before anything of it is read. */
export function tensorCard(uri: Uri, tensor: TensorEntry): TensorCard {
  const { rows, columns } = tableOf(tensor);
  return {
    name: tensor.name,
    file: baseName(uri),
    dtype: DTYPES[tensor.dtype].label,
    shape: tensor.shape,
    bytes: tensor.byteLength,
    rows,
    columns,
    noSpectrum: noSpectrum(tensor, rows, columns),
    readAtOnce: tensor.byteLength <= READ_AT_ONCE_BYTES,
  };
}

function noSpectrum({ shape, dtype }: TensorEntry, rows: number, columns: number): string | null {
  const { kind } = DTYPES[dtype];
  if (shape.length < 2 || Math.min(rows, columns) < 2) return l10n.t('A spectrum is of a matrix; this tensor is none.');
  if (kind === 'complex') return l10n.t('Complex numbers have no spectrum here.');
  if (Math.min(rows, columns) > MAX_SPECTRUM_SIDE)
    return l10n.t('Its shorter side has more than {0} entries, too many for a spectrum here.', MAX_SPECTRUM_SIDE);
  return null;
}
