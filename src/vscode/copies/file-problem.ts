import { FileSystemError, l10n } from 'vscode';
import { quoteName } from '../../core/bytes/quote.js';
import { CheckpointError } from '../../core/errors.js';

/** What helps where a file cannot be had through the editor. */
export const toDisk = (): string => l10n.t('copy it to a disk and open it there');

/** What a file system of the editor said, as a problem that a person can act on. Anything else is given back as it is. */
export function fileProblem(error: unknown, name: string): unknown {
  if (!(error instanceof FileSystemError)) return error;
  const file = quoteName(name);
  if (error.code === 'FileNotFound') {
    return new CheckpointError('missing-file', file, l10n.t('there is no such file'), l10n.t('check the path'));
  }
  if (error.code === 'NoPermissions') {
    return new CheckpointError('unreadable', file, l10n.t('you may not read it'), l10n.t('change its permissions'));
  }
  return new CheckpointError('unreadable', file, l10n.t('its file system says: {0}', error.message), toDisk());
}
