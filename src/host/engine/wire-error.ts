import { CheckpointError } from '../../core/errors.js';
import type { WireError } from '../../protocol/worker.js';

/** A failure as plain data. */
export function toWire(error: unknown): WireError {
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? (error.stack ?? null) : null;
  if (!(error instanceof CheckpointError)) return { message, stack, checkpoint: null };
  const { code, file, problem, advice, remains } = error;
  return { message, stack, checkpoint: { code, file, problem, advice, remains } };
}

/** The failure that plain data tells of. */
export function fromWire(error: WireError): Error {
  const known = error.checkpoint;
  if (known !== null) return new CheckpointError(known.code, known.file, known.problem, known.advice, known.remains);
  const failure = new Error(error.message);
  if (error.stack !== null) failure.stack = error.stack;
  return failure;
}
