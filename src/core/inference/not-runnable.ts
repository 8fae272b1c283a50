import { quoteName } from '../bytes/quote.js';
import { CheckpointError } from '../errors.js';

/** Why a model cannot be run, though its weights can be analysed. */
export function notRunnable(file: string, why: string, need: string): CheckpointError {
  const advice = `image maps, attention and keypoint figures need ${need}; everything from the weights is shown without`;
  return new CheckpointError('unsupported', file, `this model cannot be run: ${why}`, advice);
}

/** A tensor that the forward pass needs and the file does not have. */
export function missing(file: string, part: string, name: string): CheckpointError {
  return notRunnable(file, `its ${part} is missing`, quoteName(name));
}
