import type { PatchGrid, Rotation } from '../forward.js';
import type { Describe, ForwardView } from '../forward-view.js';
import { classifier, patchEmbedding, prefixTokens } from '../parts.js';
import { ownGrid, positionTable } from '../positions.js';
import { dinov3, isDinov3 } from './dinov3.js';
import { refuseRotary, timmBlock, timmPooling } from './timm.js';

/** Grid of the pictures of 224 pixels on which all released models with patches of 14 and 16 learned their rotation. */
const TRAINED_GRID: PatchGrid = [16, 16];

/** EVA and EVA02 of timm and of EVA-CLIP; timm's DINOv3 with biases has the same names. */
export const eva: Describe = (view) => {
  const { root, facts, width } = view;
  if (isDinov3(view)) return dinov3(view);
  const epsilon = facts.epsilon(1e-6);
  const prefix = prefixTokens(view, { class: ['cls_token'], registers: ['reg_token'] });
  const blocks = view.blocks.map((block) => timmBlock(block, epsilon, 'gelu'));
  // EVA's MLPs are plain and its positions absolute; EVA02's are gated, and it turns queries and keys too.
  const turns = !root.has('pos_embed') || blocks.some(({ mlp }) => mlp.gate !== null);
  return {
    patches: patchEmbedding(view, ['patch_embed.proj.weight']),
    prefix,
    positions: positionTable(view, ['pos_embed'], prefix, 'bicubic-antialias'),
    rotation: turns ? rotation(view) : null,
    preNorm: root.optionalNorm('norm before the blocks', ['norm_pre'], width, epsilon),
    blocks,
    norm: root.optionalNorm('final norm', ['norm'], width, epsilon),
    pooling: timmPooling(view, epsilon, 'gelu', 'class'),
    poolNorm: root.optionalNorm('norm of the pooled tokens', ['fc_norm'], width, epsilon),
    embedding: null,
    classifiers: classifier(root, ['head.weight'], width, 'pooled'),
  };
};

function rotation(view: ForwardView): Rotation {
  const { root, facts, model } = view;
  // Without a position table, only the models that have registers and no class token turn as EVA02 does.
  if (!root.has('pos_embed') && root.has('cls_token')) refuseRotary(root);
  const released = model.patch === 14 || model.patch === 16;
  const reference = released ? TRAINED_GRID : ownGrid(view);
  const grid = reference?.join(' x ') ?? 'its own';
  facts.assume(
    `Rotary positions are scaled to a grid of ${grid} patches, on which such models were first trained; the file does not say it.`,
  );
  return { pairs: 'interleaved', angles: { kind: 'counted', base: 10_000, reference } };
}
