import * as l10n from '@vscode/l10n';
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
      return new CheckpointError('missing-file', name, l10n.t('there is no such file'), l10n.t('check the path'));
    case 'EACCES':
    case 'EPERM':
      return new CheckpointError('unreadable', name, l10n.t('you may not read it'), l10n.t('change its permissions'));
    case 'EISDIR':
      return new CheckpointError(
        'unreadable',
        name,
        l10n.t('it is a folder, not a file'),
        l10n.t('choose a checkpoint file'),
      );
    case 'ELOOP':
      return new CheckpointError(
        'unreadable',
        name,
        l10n.t('its symbolic links go in a circle'),
        l10n.t('choose the file itself'),
      );
    case 'EMFILE':
    case 'ENFILE':
      return new CheckpointError(
        'unreadable',
        name,
        l10n.t('too many files are open'),
        l10n.t('close some and try again'),
      );
    default: {
      const said = error instanceof Error ? error.message : String(error);
      return new CheckpointError(
        'unreadable',
        name,
        l10n.t('the system cannot read it ({0})', code === '' ? said : code),
        l10n.t('check the disk or network and try again'),
      );
    }
  }
}

/** What the system said about a file that was to be written, with its path and what a person can do. */
export function asWriteError(error: unknown, file: string): Error {
  const code = systemCode(error);
  const said = error instanceof Error ? error.message : String(error);
  const [problem, advice] = WRITE_PROBLEMS[code]?.() ?? [
    l10n.t('it cannot be written ({0})', code === '' ? said : code),
    l10n.t('try another place'),
  ];
  return new Error(`${file}: ${problem}; ${advice}`, { cause: error });
}

const WRITE_PROBLEMS: Readonly<Record<string, (() => readonly [problem: string, advice: string]) | undefined>> = {
  ENOSPC: () => [l10n.t('the disk is full'), l10n.t('make room and start again')],
  EDQUOT: () => [l10n.t('your share of the disk is used up'), l10n.t('make room and start again')],
  EROFS: () => [l10n.t('the disk can only be read'), l10n.t('write to another one')],
  EACCES: () => [l10n.t('you may not write there'), l10n.t('choose another place or change its permissions')],
  EPERM: () => [l10n.t('you may not write there'), l10n.t('choose another place or change its permissions')],
  ENOENT: () => [l10n.t('there is no such folder'), l10n.t('make the folder first')],
  ENOTDIR: () => [l10n.t('there is no such folder'), l10n.t('make the folder first')],
  EISDIR: () => [l10n.t('it is a folder, not a file'), l10n.t('give the name of a file')],
};
