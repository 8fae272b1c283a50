import * as l10n from '@vscode/l10n';
import { vitTitle, widthTitle } from '../titles.js';
import type { Family, StackView } from './family.js';
import { perceptionRotation } from './rope-vit.js';
import type { Layout } from '../layout.js';

const BLOCK: Layout = {
  block: 'transformer.resblocks.{i}',
  attention: 'attn',
  weights: { fused: 'in_proj_weight' },
  norm: { name: 'ln_1', kind: 'layer' },
  known: ['attn.out_proj', 'ln_2', 'mlp.c_fc', 'mlp.c_proj', 'ls_1.gamma', 'ls_2.gamma'],
};

/** True for Perception Encoder of its own repository, whose pooling has a learned query of this name. */
function isPerceptionEncoder(stack: StackView): boolean {
  return stack.has('attn_pool.probe');
}

function untold(): string {
  return l10n.t(
    'No norm stands behind the last layer: Perception Encoder is saved so, and turns queries and keys by position. The figures are without that.',
  );
}

/** CLIP as OpenAI and OpenCLIP write it, and Perception Encoder as its own repository does. */
export const openClip: Family = {
  id: 'open-clip',
  towers: [
    {
      tower: 'vision',
      layouts: [BLOCK],
      accepts: (stack) => stack.has('conv1.weight'),
      position: (stack) => (isPerceptionEncoder(stack) ? 'rope' : stack.has('ln_post.weight') ? 'absolute' : 'unknown'),
      rotation: perceptionRotation,
      assumes: (stack) => (stack.has('ln_post.weight') ? [] : [untold()]),
      embedding: {
        patch: ['conv1.weight'],
        class: ['class_embedding'],
        distillation: [],
        registers: [],
        positions: ['positional_embedding'],
        biasTables: [],
      },
      known: ['ln_pre', 'ln_post', 'proj', 'attn_pool.*', 'head.*'],
      beside: ['logit_scale', 'logit_bias', 'input_resolution'],
      roots: ['visual.'],
      title: (facts) => vitTitle('CLIP', facts, l10n.t('vision tower')),
    },
    {
      tower: 'text',
      layouts: [BLOCK],
      accepts: (stack) => stack.has('token_embedding.weight'),
      position: 'absolute',
      causal: true,
      embedding: null,
      known: ['token_embedding', 'positional_embedding', 'ln_final', 'text_projection', 'cls_emb', 'attn_mask'],
      beside: ['text_projection', 'logit_scale', 'logit_bias', 'context_length', 'vocab_size'],
      roots: ['text.'],
      title: (facts) => widthTitle(l10n.t('CLIP text tower'), facts),
    },
  ],
};
