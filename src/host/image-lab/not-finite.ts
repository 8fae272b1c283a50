import { CheckpointError } from '../../core/errors.js';
import type { RunResult } from '../../protocol/inference.js';

/** @throws CheckpointError naming the first place where a run holds a number that is not finite. */
export function checkFinite({ nonFinite }: Pick<RunResult, 'nonFinite'>, file: string): void {
  if (nonFinite === null) return;
  const where = 'tap' in nonFinite ? `the ${nonFinite.tap} of layer ${nonFinite.layer}` : `its ${nonFinite.output}`;
  const problem = `the model makes numbers that are not finite of this picture, first in ${where.replaceAll('-', ' ')}`;
  throw new CheckpointError('malformed', file, problem, 'look for NaN or infinity in its weights with analyze');
}
