import * as l10n from '@vscode/l10n';
import { widthTitle } from '../titles.js';
import type { Family } from './family.js';
import { ggufRotation } from './gguf-rotation.js';
import type { Layout } from '../layout.js';

const BLOCK = {
  block: 'blk.{i}',
  attention: '',
  weights: { query: 'attn_q.weight', key: 'attn_k.weight', value: 'attn_v.weight' },
  norm: { name: 'attn_norm', kind: 'rms' },
  headNorms: ['attn_q_norm', 'attn_k_norm'],
  known: [
    'attn_output',
    'attn_post_norm',
    'post_attention_norm',
    'attn_rot_embd',
    'ffn_norm',
    'ffn_gate',
    'ffn_up',
    'ffn_down',
    'ffn_post_norm',
    'post_ffw_norm',
    'ffn_gate_inp',
    'ffn_gate_exps',
    'ffn_up_exps',
    'ffn_down_exps',
  ],
} as const satisfies Layout;

/** Architectures whose LayerNorm has no shift, which their tensors do not show. */
const CENTRED = ['command-r.', 'cohere2.', 'dbrx.', 'mpt.', 'olmo.', 'chameleon.'];

/** Language models that llama.cpp converts to one set of names. Its converter adds the one that Gemma adds to its gains. */
export const ggufText: Family = {
  id: 'gguf-text',
  towers: [
    {
      tower: 'text',
      layouts: [BLOCK, { ...BLOCK, weights: { fused: 'attn_qkv.weight' } }],
      accepts: (stack) =>
        stack.format === 'gguf' &&
        stack.has('token_embd.weight') &&
        !CENTRED.some((architecture) => stack.setting(architecture)),
      position: (stack) => (stack.has('position_embd.weight') ? 'absolute' : 'rope'),
      rotation: ggufRotation,
      causal: true,
      embedding: null,
      known: ['token_embd', 'position_embd', 'output_norm', 'output', 'rope_freqs'],
      usualHeadSize: 128,
      title: (facts) => widthTitle(l10n.t('GGUF language model'), facts),
    },
  ],
};
