import * as l10n from '@vscode/l10n';
import type { ByteSource } from '../../bytes/byte-source.js';
import { groupDigits } from '../../bytes/quote.js';
import { CheckpointError } from '../../errors.js';
import type { TensorIndex } from '../../tensors/tensor-index.js';
import type { CheckpointFormat } from '../format.js';
import { downloadStopped, malformed } from '../problem.js';
import { ArrayProblem, headerLength, isArray, parseArrayHeader, PREFIX_BYTES } from './array-header.js';
import { arrayEntry } from './entry.js';

async function open(source: ByteSource): Promise<TensorIndex> {
  const { name, size } = source;
  try {
    const length = headerLength(await source.read(0, Math.min(PREFIX_BYTES, size)));
    const header = parseArrayHeader(await source.read(0, Math.min(length, size)));
    const entry = arrayEntry('array', header, size - header.length);
    const tensors = [{ ...entry, offset: header.length }];
    return { format: 'npy', files: [name], tensors, settings: new Map(), warnings: [] };
  } catch (error) {
    if (error instanceof RangeError) {
      const problem = l10n.t('the file ends at {0}, inside the header of the array', groupDigits(size));
      throw new CheckpointError('truncated', name, problem, downloadStopped());
    }
    if (!(error instanceof ArrayProblem)) throw error;
    const problem = l10n.t('the array {0}', error.message);
    if (!error.isKind) throw malformed(name, problem);
    throw new CheckpointError('unsupported', name, problem, l10n.t('save plain numbers with numpy.save'));
  }
}

/** One NumPy array in a file of its own. Format: numpy.lib.format. */
export const npy: CheckpointFormat = {
  ids: ['npy'],
  label: 'NumPy array',
  probe: isArray,
  open: (source) => open(source),
};
