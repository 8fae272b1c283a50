import type { Uri } from 'vscode';
import { CheckpointError } from '../core/errors.js';
import { baseName } from './uris.js';

/** Why a file that is on no disk of this machine is not read: no part of it can be read alone. */
export function unreachable(uri: Uri): CheckpointError {
  return new CheckpointError(
    'unsupported',
    baseName(uri),
    `it lies in a workspace of kind "${uri.scheme}", where a file can only be read whole`,
    'copy it to a disk and open it there',
  );
}
