import * as l10n from '@vscode/l10n';
import type { Describe, ForwardView } from '../forward-view.js';
import { knownRotation } from '../known-rotation.js';
import { classifier, patchEmbedding, prefixTokens } from '../parts.js';
import { timmBlock, timmPooling } from './timm.js';

/** Vision transformers of the same layers whose classifiers read the class token. */
const CLASS_POOLED = /_(?:lingbot|sapiens2)$/u;

/** DINOv3 of its own repository and of timm. Only the former keeps the periods of its rotation in the file. */
export const dinov3: Describe = (view) => {
  const { root, facts, width, blocks } = view;
  const isTimm = root.has('reg_token');
  // Sapiens 2 has an RMSNorm.
  const epsilon = facts.epsilon(blocks[0]?.spec.norm?.kind === 'rms' ? 1e-6 : 1e-5);
  const usual =
    isTimm && !CLASS_POOLED.test(facts.text('architecture')) && blocks[0]?.spec.qkNorm !== true
      ? 'patch-mean'
      : 'class';
  if (isTimm && root.has('head.weight') && facts.text('architecture', 'global_pool') === '') {
    facts.assume(
      l10n.t(
        'Logits are made of the mean of the patches, as in DINOv3; LingBot-Vision has the same tensors, and makes them of the class token.',
      ),
    );
  }
  return {
    patches: patchEmbedding(view, ['patch_embed.proj.weight']),
    prefix: prefixTokens(view, { class: ['cls_token'], registers: ['storage_tokens', 'reg_token'] }),
    positions: null,
    rotation: knownRotation(view),
    preNorm: null,
    blocks: blocks.map((block) => timmBlock(block, epsilon, 'gelu')),
    norm: root.norm(l10n.t('final norm'), ['norm'], width, epsilon),
    pooling: timmPooling(view, epsilon, 'gelu', usual),
    poolNorm: null,
    embedding: null,
    classifiers: classifier(root, ['head.weight'], width, 'pooled'),
  };
};

/** timm's DINOv3: timm has other models with registers and rotary positions, but they have no class token. */
export function isDinov3({ root, blocks }: ForwardView): boolean {
  const scaled = blocks[0]?.weights.has('gamma_1') === true;
  return scaled && root.has('reg_token') && root.has('cls_token') && !root.has('pos_embed');
}
