import * as l10n from '@vscode/l10n';
import type { Classifier, Pooling } from '../forward.js';
import type { Describe, ForwardView } from '../forward-view.js';
import { missing, notRunnable } from '../not-runnable.js';
import { attention, attentionNorm, classifier, patchEmbedding, plainMlp, prefixTokens } from '../parts.js';
import { positionTable } from '../positions.js';

/** A vision transformer of Keras's own layers: blocks with a norm in front of each part, as the reader found them. */
export const keras: Describe = (view) => {
  const { root, facts, width } = view;
  if (view.blocks.some(({ weights }) => !weights.has('mlp_in.weight'))) {
    const why = l10n.t('its layers do not show by their order and sizes how they are put together');
    throw notRunnable(root.file, why, l10n.t('blocks of attention and two dense layers with a norm in front of each'));
  }
  if (!root.has('position_embedding')) throw missing(root.file, l10n.t('position table'), 'position_embedding');
  const isSaid = facts.number('layer_norm_eps') !== null;
  const epsilon = facts.epsilon(1e-6);
  const activation = facts.activation('gelu');
  const prefix = prefixTokens(view, { class: ['class_token'] });
  facts.assume(
    isSaid
      ? l10n.t(
          'The class token, where there is one, was taken to stand first, and positions to be added to all tokens: code of the model decides it, which the file does not hold.',
        )
      : l10n.t(
          'Keras files of weights do not say how layers are put together: they were taken in their order, as in ViT. Opened as a .keras file, the model would say most of it.',
        ),
  );
  return {
    patches: patchEmbedding(view, ['patch_embedding.weight']),
    prefix,
    positions: positionTable(view, ['position_embedding'], prefix, 'bicubic'),
    rotation: null,
    preNorm: null,
    blocks: view.blocks.map((block) => ({
      attention: attention(block, { output: ['output.weight'] }, epsilon),
      norm1: attentionNorm(block, epsilon),
      scale1: null,
      norm2: block.weights.norm(l10n.t('norm before the MLP'), ['norm_after'], width, epsilon),
      mlp: plainMlp(block.weights, width, ['mlp_in.weight'], ['mlp_out.weight'], activation),
      scale2: null,
    })),
    norm: root.optionalNorm(l10n.t('final norm'), ['final_norm'], width, epsilon),
    ...headOf(view, prefix.length > 0 ? 'class' : 'patch-mean'),
    poolNorm: null,
    embedding: null,
  };
};

/** Layers of Keras that make one vector of the tokens, by what they make of them. */
const POOLINGS = new Map<string, Pooling>([
  ['GetItem', 'class'],
  ['SlicingOpLambda', 'class'],
  ['GlobalAveragePooling1D', 'patch-mean'],
]);

/** The classifier, left out where it reads something that is not known. */
function headOf({ root, facts, width }: ForwardView, usual: 'class' | 'patch-mean') {
  const said = facts.text('pooling');
  const fits = said === '' || POOLINGS.get(said) === usual;
  const classifiers: Classifier[] = fits ? classifier(root, ['head.weight'], width, 'pooled') : [];
  return { pooling: usual, classifiers };
}
