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

/** What the system said about a file that was to be written, with its path and what a person can do. */
export function asWriteError(error: unknown, file: string): Error {
  const code = systemCode(error);
  const said = error instanceof Error ? error.message : String(error);
  const [problem, advice] = WRITE_PROBLEMS[code] ?? [
    `it cannot be written (${code === '' ? said : code})`,
    'try another place',
  ];
  return new Error(`${file}: ${problem}; ${advice}`, { cause: error });
}

const WRITE_PROBLEMS: Readonly<Record<string, readonly [problem: string, advice: string] | undefined>> = {
  ENOSPC: ['the disk is full', 'make room and start again'],
  EDQUOT: ['your share of the disk is used up', 'make room and start again'],
  EROFS: ['the disk can only be read', 'write to another one'],
  EACCES: ['you may not write there', 'choose another place or change its permissions'],
  EPERM: ['you may not write there', 'choose another place or change its permissions'],
  ENOENT: ['there is no such folder', 'make the folder first'],
  ENOTDIR: ['there is no such folder', 'make the folder first'],
  EISDIR: ['it is a folder, not a file', 'give the name of a file'],
};
