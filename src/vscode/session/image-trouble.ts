import { l10n } from 'vscode';
import { CheckpointError, type ProblemCode } from '../../core/errors.js';
import { isNotRunnable } from '../../core/inference/not-runnable.js';
import type { Trouble } from '../../protocol/image.js';
import { sentence } from './sentence.js';

const TITLES: Readonly<Record<ProblemCode, (file: string) => string>> = {
  empty: (file) => l10n.t('{0} is empty.', file),
  truncated: (file) => l10n.t('{0} is cut short.', file),
  malformed: (file) => l10n.t('{0} cannot be used.', file),
  hostile: (file) => l10n.t('{0} was refused.', file),
  unsupported: (file) => l10n.t('{0} cannot be used.', file),
  'missing-file': (file) => l10n.t('{0} is no longer there.', file),
  'outside-folder': (file) => l10n.t('{0} points outside its folder.', file),
  changed: (file) => l10n.t('{0} changed meanwhile.', file),
  'not-a-checkpoint': (file) => l10n.t('{0} is not a checkpoint.', file),
  limit: (file) => l10n.t('{0} goes beyond a limit.', file),
  unreadable: (file) => l10n.t('{0} cannot be opened.', file),
  'wrong-use': () => l10n.t('That cannot be done.'),
  'worker-stopped': () => l10n.t('The model stopped running.'),
};

/** Failures of a run that may be gone at the next try. */
const PASSING: readonly ProblemCode[] = [
  'changed',
  'unreadable',
  'missing-file',
  'worker-stopped',
  'truncated',
  'empty',
];

/** That running a model waits for the person's trust. */
export const UNTRUSTED: Trouble = {
  title: l10n.t('Running a model needs a trusted workspace.'),
  detail: l10n.t('Everything from the weights is shown.'),
  advice: l10n.t('Image maps, attention and keypoint figures come when the workspace is trusted.'),
};

/** A failure in words for the panel. */
export function troubleOf(error: unknown): Trouble {
  if (!(error instanceof CheckpointError)) {
    const message = error instanceof Error ? error.message : String(error);
    return {
      title: l10n.t('QK Lens failed on this picture.'),
      detail: sentence(message),
      advice: l10n.t('This is a fault of QK Lens, not of the picture. The log has the details.'),
    };
  }
  const { code, file, problem, advice } = error;
  return { title: sentence(TITLES[code](file)), detail: sentence(problem), advice: sentence(advice) };
}

/** Why a model cannot be run, in words for the panel: the reason is the title. */
export function cannotRunTrouble({ problem, advice, file }: CheckpointError): Trouble {
  const says = isNotRunnable(problem);
  const title = says ? sentence(problem) : l10n.t('This model cannot be run here: {0}', sentence(problem));
  return {
    title,
    detail: says ? l10n.t('Everything from the weights is shown.') : l10n.t('It concerns {0}.', file),
    advice: sentence(advice),
  };
}

/** Whether trying again may help. */
export function mayPass(error: unknown): boolean {
  return !(error instanceof CheckpointError) || PASSING.includes(error.code);
}

/** Whether a failure of loading or running says that the model cannot be run at all, and not just now or on this picture. */
export function isFinal(error: unknown): error is CheckpointError {
  return error instanceof CheckpointError && error.code === 'unsupported';
}
