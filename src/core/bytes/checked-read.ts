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
      `a range of ${String(length)} bytes at ${String(offset)} was asked for, which no file has`,
      'the file is damaged; get a fresh copy',
    );
  }
  if (offset + length > size) {
    throw new CheckpointError(
      'truncated',
      file,
      `${groupDigits(length)} bytes at ${groupDigits(offset)} are needed and the file ends at ${groupDigits(size)}`,
      'the file is cut short; download or copy it again',
    );
  }
  if (length > MAX_READ_BYTES) {
    throw new CheckpointError(
      'limit',
      file,
      `${groupDigits(length)} bytes at once are more than the ${groupDigits(MAX_READ_BYTES)} that are read in one piece`,
      'the tensor is too large to be read whole',
    );
  }
}
