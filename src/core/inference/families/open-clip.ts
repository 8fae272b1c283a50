import type { Activation } from '../forward.js';
import type { Describe, ForwardView } from '../forward-view.js';
import {
  attention,
  attentionNorm,
  layerScale,
  patchEmbedding,
  plainMlp,
  prefixTokens,
  storedTransposed,
} from '../parts.js';
import { positionTable } from '../positions.js';

/** The vision tower of CLIP as OpenAI and OpenCLIP write it. */
export const openClip: Describe = (view) => {
  const { root, facts, width } = view;
  const epsilon = facts.epsilon(1e-5);
  const activation = clipActivation(view);
  const prefix = prefixTokens(view, { class: ['class_embedding'] });
  return {
    patches: patchEmbedding(view, ['conv1.weight']),
    prefix,
    positions: positionTable(view, ['positional_embedding'], prefix, 'bicubic-antialias'),
    rotation: null,
    preNorm: root.optionalNorm('norm before the blocks', ['ln_pre'], width, epsilon),
    blocks: view.blocks.map((block) => ({
      attention: attention(block, { output: ['out_proj.weight'] }, epsilon),
      norm1: attentionNorm(block, epsilon),
      scale1: layerScale(block, ['ls_1.gamma']),
      norm2: block.weights.norm('norm before the MLP', ['ln_2'], width, epsilon),
      mlp: plainMlp(block.weights, width, ['mlp.c_fc.weight'], ['mlp.c_proj.weight'], activation),
      scale2: layerScale(block, ['ls_2.gamma']),
    })),
    norm: root.norm('final norm', ['ln_post'], width, epsilon),
    pooling: 'class',
    poolNorm: null,
    embedding: root.has('proj')
      ? storedTransposed(root.table('projection', ['proj'], { rows: width, columns: null }))
      : null,
    classifiers: [],
  };
};

/** OpenAI's weights were trained with the quick GELU and carry the numbers of their constructor; OpenCLIP's mostly with GELU. */
function clipActivation({ facts, around }: ForwardView): Activation {
  const said = facts.flag('quick_gelu');
  if (said !== null) return said ? 'gelu-quick' : 'gelu';
  const byOpenAi = around.has('input_resolution', 'context_length', 'vocab_size');
  facts.assume(
    byOpenAi
      ? 'Activation quick GELU, as in all of the CLIP weights that OpenAI released.'
      : 'Activation GELU: OpenCLIP also trains models with the quick GELU, and the file does not say which this is.',
  );
  return byOpenAi ? 'gelu-quick' : 'gelu';
}
