import * as l10n from '@vscode/l10n';
import type { Model } from './model.js';

/** What a reader of this model's figures must know, a sentence or two each. */
export function modelNotes(model: Model): string[] {
  const [first] = model.layers;
  const grouped = first !== undefined && first.keyValueHeads < first.heads;
  return [
    model.position === 'rope' &&
      l10n.t(
        'Rotary positions turn queries and keys after these weights: the figures hold for tokens at the same place.',
      ),
    model.position === 'relative-bias' &&
      l10n.t('The model adds a position bias to the scores; it is no part of the figures.'),
    model.layers.some(({ qkNorm }) => qkNorm) &&
      l10n.t(
        'Queries and keys are normalised before their product: their lengths do not count in the scores, and learned gains weigh the directions of a head anew. The figures describe the weights without that step.',
      ),
    grouped && l10n.t('{0} query heads share {1} key heads.', first.heads, first.keyValueHeads),
    model.causal && l10n.t('Causal attention: a token sees only the tokens before it.'),
  ].filter((note) => note !== false);
}
