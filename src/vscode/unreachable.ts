import { l10n, type Uri } from 'vscode';
import { CheckpointError } from '../core/errors.js';
import { baseName } from './uris.js';

/** Why a file that is on no disk of this machine is not read: no part of it can be read alone. */
export function unreachable(uri: Uri): CheckpointError {
  return new CheckpointError(
    'unsupported',
    baseName(uri),
    l10n.t('it lies in a workspace of kind "{0}", where a file can only be read whole', uri.scheme),
    l10n.t('copy it to a disk and open it there'),
  );
}
