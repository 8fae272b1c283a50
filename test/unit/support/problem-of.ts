import { expect } from 'vitest';
import { CheckpointError } from '../../../src/core/errors.js';

/** The CheckpointError with which a call fails; the test fails when it does not, or fails otherwise. */
export async function problemOf(call: Promise<unknown>): Promise<CheckpointError> {
  const error: unknown = await call.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof CheckpointError) return error;
  expect.fail(`a CheckpointError was expected, not ${error instanceof Error ? (error.stack ?? '') : String(error)}`);
}
