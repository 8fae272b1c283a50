import * as l10n from '@vscode/l10n';
import { vitTitle, withRegisters } from '../titles.js';
import type { Family, StackView } from './family.js';
import { isCutOff } from './rope-vit.js';
import { hasTimmEmbedding, TIMM_EMBEDDING, TIMM_FUSED, TIMM_KNOWN, TIMM_ROOTS } from './timm-blocks.js';

function hasPositions(stack: StackView): boolean {
  return TIMM_EMBEDDING.positions.some((name) => stack.has(name));
}

/** What models with rotary positions have in common with this one. */
function untold(stack: StackView): string[] {
  if (stack.architecture !== '') return [];
  if (!hasPositions(stack)) {
    return [
      l10n.t(
        'The file has no position table: positions may turn queries and keys, or be added to the scores. The figures are without that.',
      ),
    ];
  }
  if (isCutOff(stack)) {
    return [
      l10n.t(
        'No rotation is assumed. No norm stands behind the last layer, as in models that were cut off and in some that turn queries and keys by position, such as Perception Encoder: the tensors do not tell.',
      ),
    ];
  }
  const isBare = !stack.inAttention('qkv.bias') && stack.has('fc_norm.bias') && !stack.has('cls_token');
  if (isBare && !stack.inBlock('ls1.gamma')) {
    return [
      l10n.t(
        'Norms are taken to stand in front of attention and MLP. timm has the same tensors with norms behind them (vit_..._rpn_...).',
      ),
    ];
  }
  if (!stack.inBlock('gamma_1')) return [];
  return [
    l10n.t(
      'No rotation is assumed, as in DeiT III. RoPE-ViT with a position table has the same tensors, and turns queries and keys.',
    ),
  ];
}

/** timm's VisionTransformer, with or without registers, layer scales and query-key norms. */
export const timmVit: Family = {
  id: 'timm-vit',
  towers: [
    {
      tower: 'vision',
      layouts: [TIMM_FUSED],
      accepts: hasTimmEmbedding,
      position: (stack) => (hasPositions(stack) ? 'absolute' : 'unknown'),
      assumes: untold,
      embedding: TIMM_EMBEDDING,
      known: TIMM_KNOWN,
      roots: TIMM_ROOTS,
      title: (facts) => vitTitle('', facts, withRegisters(facts)),
    },
  ],
};
