import { vitTitle, withRegisters } from '../titles.js';
import type { Family } from './family.js';
import { HF_VIT_BESIDE, HF_VIT_EMBEDDING, HF_VIT_MEMORY, HF_VIT_SAVED } from './hf-vit-blocks.js';

const BLOCK = [
  'norm2',
  'layer_scale1.lambda1',
  'layer_scale2.lambda1',
  'mlp.fc1',
  'mlp.fc2',
  'mlp.weights_in',
  'mlp.weights_out',
  'mlp.gate_proj',
  'mlp.up_proj',
  'mlp.down_proj',
];

/** DINOv2 of Transformers, with or without registers. */
export const hfDinov2: Family = {
  id: 'hf-dinov2',
  towers: [
    {
      tower: 'vision',
      layouts: [
        {
          ...HF_VIT_SAVED,
          norm: { name: 'norm1', kind: 'layer' },
          known: ['attention.output.dense', ...BLOCK],
        },
        {
          ...HF_VIT_MEMORY,
          block: 'encoder.layer.{i}',
          norm: { name: 'norm1', kind: 'layer' },
          known: ['attention.o_proj', ...BLOCK],
        },
      ],
      accepts: (stack) => stack.inBlock('layer_scale1.lambda1') && stack.has('embeddings.cls_token'),
      position: 'absolute',
      embedding: HF_VIT_EMBEDDING,
      known: ['layernorm', 'embeddings.mask_token'],
      beside: [...HF_VIT_BESIDE, 'head.*', 'neck.*'],
      roots: ['dinov2.', 'dinov2_with_registers.'],
      title: (facts) => vitTitle('DINOv2', facts, withRegisters(facts)),
    },
  ],
};
