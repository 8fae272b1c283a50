import { CheckpointError, type ProblemCode } from '../../core/errors.js';
import type { Trouble } from '../../protocol/image.js';
import { sentence } from './sentence.js';

const TITLES: Readonly<Record<ProblemCode, (file: string) => string>> = {
  empty: (file) => `${file} is empty.`,
  truncated: (file) => `${file} is cut short.`,
  malformed: (file) => `${file} cannot be used.`,
  hostile: (file) => `${file} was refused.`,
  unsupported: (file) => `${file} cannot be used.`,
  'missing-file': (file) => `${file} is no longer there.`,
  'outside-folder': (file) => `${file} points outside its folder.`,
  changed: (file) => `${file} changed meanwhile.`,
  'not-a-checkpoint': (file) => `${file} is not a checkpoint.`,
  limit: (file) => `${file} goes beyond a limit.`,
  unreadable: (file) => `${file} cannot be opened.`,
  'wrong-use': () => 'That cannot be done.',
  'worker-stopped': () => 'The model stopped running.',
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
  title: 'Running a model needs a trusted workspace.',
  detail: 'Everything from the weights is shown.',
  advice: 'Image maps, attention and keypoint figures come when the workspace is trusted.',
};

/** A failure in words for the panel. */
export function troubleOf(error: unknown): Trouble {
  if (!(error instanceof CheckpointError)) {
    const message = error instanceof Error ? error.message : String(error);
    return {
      title: 'QK Lens failed on this picture.',
      detail: sentence(message),
      advice: 'This is a fault of QK Lens, not of the picture. The log has the details.',
    };
  }
  const { code, file, problem, advice } = error;
  return { title: sentence(TITLES[code](file)), detail: sentence(problem), advice: sentence(advice) };
}

/** Why a model cannot be run, in words for the panel: the reason is the title. */
export function cannotRunTrouble({ problem, advice, file }: CheckpointError): Trouble {
  const says = problem.startsWith('this model cannot be run: ');
  const title = says ? sentence(problem) : `This model cannot be run here: ${sentence(problem)}`;
  return {
    title,
    detail: says ? 'Everything from the weights is shown.' : `It concerns ${file}.`,
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
