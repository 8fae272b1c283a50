import { CheckpointError } from '../../core/errors.js';

function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** What the system said about a file, as a problem that a person can act on; a CheckpointError is given back as it is. */
export function asCheckpointError(error: unknown, name: string): CheckpointError {
  if (error instanceof CheckpointError) return error;
  const code = systemCode(error);
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new CheckpointError('missing-file', name, 'there is no such file', 'check the path');
    case 'EACCES':
    case 'EPERM':
      return new CheckpointError('unreadable', name, 'you may not read it', 'change its permissions');
    case 'EISDIR':
      return new CheckpointError('unreadable', name, 'it is a folder, not a file', 'choose a checkpoint file');
    case 'ELOOP':
      return new CheckpointError('unreadable', name, 'its symbolic links go in a circle', 'choose the file itself');
    case 'EMFILE':
    case 'ENFILE':
      return new CheckpointError('unreadable', name, 'too many files are open', 'close some and try again');
    default: {
      const said = error instanceof Error ? error.message : String(error);
      return new CheckpointError(
        'unreadable',
        name,
        `the system cannot read it (${code === '' ? said : code})`,
        'check the disk or network and try again',
      );
    }
  }
}
