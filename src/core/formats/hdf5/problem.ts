import type { ProblemCode } from '../../errors.js';

/** Why a part of an HDF5 file cannot be read: the end of a sentence about it. */
export class Hdf5Problem extends Error {
  constructor(
    message: string,
    readonly code: Extract<ProblemCode, 'malformed' | 'truncated' | 'limit' | 'unsupported'> = 'malformed',
  ) {
    super(message);
  }
}
