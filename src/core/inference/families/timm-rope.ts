import * as l10n from '@vscode/l10n';
import type { WrittenModel } from '../forward.js';
import type { Describe, ForwardView } from '../forward-view.js';
import { knownRotation } from '../known-rotation.js';
import { notRunnable } from '../not-runnable.js';
import { timmModel } from './timm.js';

/** RoPE-ViT, timm's own with registers and Perception Encoder: queries and keys turn, and some have a position table besides. */
export const timmRope: Describe = (view) => {
  const { root } = view;
  const isPerception = root.has('norm_pre.weight');
  return timmModel(view, {
    rotation: root.has('rope.freqs') ? learnedRotation(view) : knownRotation(view),
    usual: root.has('cls_token') && !isPerception ? 'class' : 'patch-mean',
  });
};

/** Frequencies that each head learned, (2, layers, heads, pairs). @throws CheckpointError where they do not fit the layers. */
function learnedRotation({ root, blocks }: ForwardView): WrittenModel['rotation'] {
  const [first] = blocks;
  const { heads, keyValueHeads, headSize } = first?.spec ?? { heads: 0, keyValueHeads: 0, headSize: 0 };
  const rows = 2 * blocks.length * heads;
  const sizes = { rows, columns: headSize / 2 };
  const frequencies = root.table(l10n.t('frequencies of rotary positions'), ['rope.freqs'], sizes);
  if (String(frequencies.tensor.shape) !== String([2, blocks.length, heads, headSize / 2]) || keyValueHeads !== heads) {
    const why = l10n.t('the frequencies of its rotary positions are not those of {0} heads a layer', heads);
    throw notRunnable(root.file, why, l10n.t('the right number of heads'));
  }
  return { kind: 'learned', pairs: 'interleaved', frequencies };
}
