import type { Input } from './model-input.js';
import type { OpenedModel } from './opened-model.js';
import type { ShownPicture } from './shown-picture.js';

/** What the model was fed for the picture on show. */
export function shownInput({ plan }: Pick<OpenedModel, 'plan'>, { input, card }: ShownPicture): Input {
  const { pixels, size, picture } = input;
  const { preprocessing, originalSize: original } = card;
  return { pixels, size, picture, preparation: { from: plan.from, preprocessing, original } };
}
