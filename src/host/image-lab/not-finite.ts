import * as l10n from '@vscode/l10n';
import { CheckpointError } from '../../core/errors.js';
import type { RunResult } from '../../protocol/inference.js';

/** @throws CheckpointError naming the first place where a run holds a number that is not finite. */
export function checkFinite({ nonFinite }: Pick<RunResult, 'nonFinite'>, file: string): void {
  if (nonFinite === null) return;
  const where =
    'tap' in nonFinite
      ? l10n.t('the {0} of layer {1}', nonFinite.tap.replaceAll('-', ' '), nonFinite.layer)
      : l10n.t('its {0}', nonFinite.output.replaceAll('-', ' '));
  const problem = l10n.t('the model makes numbers that are not finite of this picture, first in {0}', where);
  throw new CheckpointError('malformed', file, problem, l10n.t('look for NaN or infinity in its weights with analyze'));
}
