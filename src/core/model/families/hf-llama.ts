import { widthTitle } from '../titles.js';
import type { Family } from './family.js';
import { sequenceRotation } from './sequence-rotation.js';
import type { Layout } from '../layout.js';

/** Names of models that are built of Llama's blocks, as config.json writes them. */
const RELATIVES: ReadonlyMap<string, string> = new Map([
  ['mistral', 'Mistral'],
  ['qwen2', 'Qwen2'],
  ['qwen3', 'Qwen3'],
  ['phi3', 'Phi-3'],
]);

const BLOCK = {
  block: 'layers.{i}',
  attention: 'self_attn',
  weights: { query: 'q_proj.weight', key: 'k_proj.weight', value: 'v_proj.weight' },
  norm: { name: 'input_layernorm', kind: 'rms' },
  headNorms: ['q_norm', 'k_norm'],
  known: [
    'self_attn.o_proj',
    'self_attn.rotary_emb.inv_freq',
    'post_attention_layernorm',
    'mlp.gate_proj',
    'mlp.up_proj',
    'mlp.gate_up_proj',
    'mlp.down_proj',
  ],
} as const satisfies Layout;

/** Llama of Transformers and what is built of the same blocks. Gemma has the same names but adds one to its gains. */
export const hfLlama: Family = {
  id: 'hf-llama',
  towers: [
    {
      tower: 'text',
      layouts: [BLOCK, { ...BLOCK, weights: { fused: 'qkv_proj.weight' } }],
      accepts: (stack) =>
        !stack.modelType.startsWith('gemma') &&
        stack.inBlock('post_attention_layernorm.weight') &&
        (stack.inBlock('mlp.gate_proj.weight') || stack.inBlock('mlp.gate_up_proj.weight')) &&
        !stack.inBlock('input_layernorm.bias') &&
        !stack.inBlock('pre_feedforward_layernorm.weight'),
      position: 'rope',
      rotation: sequenceRotation,
      causal: true,
      embedding: null,
      known: ['embed_tokens', 'norm', 'rotary_emb.inv_freq'],
      beside: ['lm_head', 'score'],
      roots: ['model.', 'language_model.model.', 'model.language_model.', 'language_model.'],
      usualHeadSize: 128,
      title: (facts) => widthTitle(RELATIVES.get(facts.modelType) ?? 'Llama', facts),
    },
  ],
};
