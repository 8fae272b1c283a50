import type { ProblemCode } from '../../../errors.js';

/** Why a pickle cannot be read; becomes a CheckpointError once the file's name is known. */
export class PickleProblem extends Error {
  constructor(
    message: string,
    readonly code: ProblemCode = 'malformed',
  ) {
    super(message);
  }
}

/** The pickle goes on behind the bytes at hand, in a file that has more. */
export class NeedsMoreBytes extends Error {
  constructor(readonly length: number) {
    super(`${String(length)} bytes of the pickle are needed`);
  }
}
