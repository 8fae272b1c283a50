import { widthTitle } from '../titles.js';
import type { Family } from './family.js';

/** GPT-2 of Transformers: weights stored as (inputs, outputs). */
export const hfGpt2: Family = {
  id: 'hf-gpt2',
  towers: [
    {
      tower: 'text',
      layouts: [
        {
          block: 'h.{i}',
          attention: 'attn',
          weights: { fused: 'c_attn.weight' },
          transposed: true,
          norm: { name: 'ln_1', kind: 'layer' },
          known: ['attn.c_proj', 'attn.bias', 'attn.masked_bias', 'ln_2', 'mlp.c_fc', 'mlp.c_proj'],
        },
      ],
      accepts: (stack) => stack.has('wte.weight') && stack.has('wpe.weight'),
      position: 'absolute',
      causal: true,
      embedding: null,
      known: ['wte', 'wpe', 'ln_f'],
      beside: ['lm_head'],
      roots: ['transformer.'],
      scale: (headSize, index, config) =>
        (config?.flag('scale_attn_weights') === false ? 1 : headSize ** -0.5) /
        (config?.flag('scale_attn_by_inverse_layer_idx') === true ? index + 1 : 1),
      title: (facts) => widthTitle('GPT-2', facts),
    },
  ],
};
