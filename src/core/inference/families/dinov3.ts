import type { Describe, ForwardView } from '../forward-view.js';
import { knownRotation } from '../known-rotation.js';
import { classifier, patchEmbedding, prefixTokens } from '../parts.js';
import { timmBlock } from './timm.js';

/** DINOv3 of its own repository and of timm. Only the former keeps the periods of its rotation in the file. */
export const dinov3: Describe = (view) => {
  const { root, facts, width, blocks } = view;
  const epsilon = facts.epsilon(1e-5);
  const isTimm = root.has('reg_token');
  return {
    patches: patchEmbedding(view, ['patch_embed.proj.weight']),
    prefix: prefixTokens(view, { class: ['cls_token'], registers: ['storage_tokens', 'reg_token'] }),
    positions: null,
    rotation: knownRotation(view),
    preNorm: null,
    blocks: blocks.map((block) => timmBlock(block, epsilon, 'gelu')),
    norm: root.norm('final norm', ['norm'], width, epsilon),
    pooling: isTimm ? 'patch-mean' : 'class',
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
