import * as l10n from '@vscode/l10n';
import { quoteName } from '../bytes/quote.js';
import { CheckpointError } from '../errors.js';

/** Why a model cannot be run, though its weights can be analysed. */
export function notRunnable(file: string, why: string, need: string): CheckpointError {
  const advice = l10n.t(
    'image maps, attention and keypoint figures need {0}; everything from the weights is shown without',
    need,
  );
  return new CheckpointError('unsupported', file, l10n.t('this model cannot be run: {0}', why), advice);
}

/** Whether a problem is such a one. Told by its words, which are what comes from other threads. */
export function isNotRunnable(problem: string): boolean {
  const [before = '', after = ''] = l10n.t('this model cannot be run: {0}').split('{0}');
  return problem.startsWith(before) && problem.endsWith(after);
}

/** A tensor that the forward pass needs and the file does not have. */
export function missing(file: string, part: string, name: string): CheckpointError {
  return notRunnable(file, l10n.t('its {0} is missing', part), quoteName(name));
}
