import * as l10n from '@vscode/l10n';
import { CheckpointError } from '../errors.js';

const freshCopy = (): string => l10n.t('the file is damaged; download or copy it again');

/** What to do about a file that is cut short. */
export const downloadStopped = (): string => l10n.t('most likely the download or save stopped; get the file again');

/** A file that contradicts itself. */
export function malformed(file: string, problem: string, advice = freshCopy()): CheckpointError {
  return new CheckpointError('malformed', file, problem, advice);
}

/** A file that asks for more than any real checkpoint needs. */
export function beyondLimit(file: string, problem: string): CheckpointError {
  return new CheckpointError(
    'limit',
    file,
    problem,
    l10n.t('no real checkpoint needs that much; if yours does, report it'),
  );
}
