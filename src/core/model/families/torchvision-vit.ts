import { vitTitle } from '../titles.js';
import type { Family } from './family.js';

/** torchvision's VisionTransformer. */
export const torchvisionVit: Family = {
  id: 'torchvision-vit',
  towers: [
    {
      tower: 'vision',
      layouts: [
        {
          block: 'encoder.layers.encoder_layer_{i}',
          attention: 'self_attention',
          weights: { fused: 'in_proj_weight' },
          norm: { name: 'ln_1', kind: 'layer' },
          known: ['self_attention.out_proj', 'ln_2', 'mlp.0', 'mlp.3', 'mlp.linear_1', 'mlp.linear_2'],
        },
      ],
      accepts: (stack) => stack.has('conv_proj.weight') || stack.has('class_token'),
      position: 'absolute',
      embedding: {
        patch: ['conv_proj.weight'],
        class: ['class_token'],
        distillation: [],
        registers: [],
        positions: ['encoder.pos_embedding'],
        biasTables: [],
      },
      known: ['encoder.ln', 'heads.*', 'conv_stem.*'],
      title: (facts) => vitTitle('', facts),
    },
  ],
};
