import * as l10n from '@vscode/l10n';
import { CheckpointError } from '../errors.js';
import { groupDigits } from './quote.js';

/** Longest single read: twice the largest attention matrix published, and below what one allocation may hold. */
const MAX_READ_BYTES = 2 ** 31;

/**
 * Throws unless the range is sound and lies inside a file of `size` bytes; to be called before anything is allocated.
 * @throws CheckpointError `truncated` when the range leaves the file, `limit` when it is longer than any tensor worth reading whole.
 */
export function checkRange(file: string, size: number, offset: number, length: number): void {
  if (!Number.isSafeInteger(offset) || !Number.isSafeInteger(length) || offset < 0 || length < 0) {
    throw new CheckpointError(
      'malformed',
      file,
      l10n.t('a range of {0} bytes at {1} was asked for, which no file has', length, offset),
      l10n.t('the file is damaged; get a fresh copy'),
    );
  }
  if (offset + length > size) {
    throw new CheckpointError(
      'truncated',
      file,
      l10n.t(
        '{0} bytes at {1} are needed and the file ends at {2}',
        groupDigits(length),
        groupDigits(offset),
        groupDigits(size),
      ),
      l10n.t('the file is cut short; download or copy it again'),
    );
  }
  if (length > MAX_READ_BYTES) {
    throw new CheckpointError(
      'limit',
      file,
      l10n.t(
        '{0} bytes at once are more than the {1} that are read in one piece',
        groupDigits(length),
        groupDigits(MAX_READ_BYTES),
      ),
      l10n.t('the tensor is too large to be read whole'),
    );
  }
}
