import * as l10n from '@vscode/l10n';
import { vitTitle } from '../titles.js';
import type { Family } from './family.js';
import type { Setting } from '../../tensors/tensor-index.js';
import type { Layout } from '../layout.js';

const BLOCK = {
  block: 'blk.{i}',
  attention: '',
  weights: { query: 'attn_q.weight', key: 'attn_k.weight', value: 'attn_v.weight' },
  norm: { name: 'ln1', kind: 'either' },
  headNorms: ['attn_q_norm', 'attn_k_norm'],
  known: ['attn_out', 'ln2', 'ffn_up', 'ffn_down', 'ffn_gate', 'ls1', 'ls2', 'attn_post_norm', 'ffn_post_norm'],
} as const satisfies Layout;

/** What llama.cpp does by the metadata: GELU by its approximation, SiLU, or the quick GELU where neither is said. */
function stated(settings: ReadonlyMap<string, Setting>): Readonly<Record<string, unknown>> {
  const epsilon = settings.get('clip.vision.attention.layer_norm_epsilon');
  const list = (key: string) => [0, 1, 2].map((channel) => settings.get(`clip.vision.${key}.${String(channel)}`));
  const activation =
    settings.get('clip.use_gelu') === true
      ? 'gelu_tanh'
      : settings.get('clip.use_silu') === true
        ? 'silu'
        : 'quick_gelu';
  return {
    hidden_act: activation,
    ...(epsilon === undefined ? {} : { layer_norm_eps: epsilon }),
    projector_type: settings.get('clip.vision.projector_type') ?? settings.get('clip.projector_type'),
    image_mean: list('image_mean'),
    image_std: list('image_std'),
  };
}

/** Vision towers that llama.cpp keeps in a file of their own (mmproj), as of LLaVA, Qwen-VL or Gemma 3. */
export const ggufClip: Family = {
  id: 'gguf-clip',
  towers: [
    {
      tower: 'vision',
      layouts: [BLOCK, { ...BLOCK, weights: { fused: 'attn_qkv.weight' } }],
      accepts: (stack) => stack.format === 'gguf' && stack.has('patch_embd.weight'),
      position: (stack) => (stack.has('position_embd.weight') ? 'absolute' : 'rope'),
      embedding: {
        patch: ['patch_embd.weight'],
        class: ['class_embd'],
        distillation: [],
        registers: [],
        positions: ['position_embd.weight'],
        biasTables: [],
      },
      known: ['patch_embd.weight.1', 'pre_ln', 'post_ln', 'head.*'],
      beside: ['mm.*', 'resampler.*', 'model.*', 'v.*'],
      roots: ['v.'],
      stated,
      title: (facts) => vitTitle('GGUF', facts, l10n.t('vision tower')),
    },
  ],
};
