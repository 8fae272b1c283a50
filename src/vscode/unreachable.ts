import { l10n, type Uri } from 'vscode';
import { CheckpointError } from '../core/errors.js';
import { baseName } from './uris.js';

/** Why a file that lies on no disk is not read for a look: it would be copied whole. What is open is copied already. */
export function unreachable(uri: Uri): CheckpointError {
  return new CheckpointError(
    'unsupported',
    baseName(uri),
    l10n.t('it lies in a workspace of kind "{0}", where files are read whole', uri.scheme),
    l10n.t('open it, which copies it, to see its tensors'),
  );
}
