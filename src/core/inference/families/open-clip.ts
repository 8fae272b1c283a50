import * as l10n from '@vscode/l10n';
import type { Activation, AttentionPooling } from '../forward.js';
import type { Describe, ForwardView } from '../forward-view.js';
import { knownRotation } from '../known-rotation.js';
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
import { PERCEPTION_HEADS } from './timm.js';

/** The vision tower of CLIP as OpenAI and OpenCLIP write it. */
export const openClip: Describe = (view) => {
  const { root, facts, width } = view;
  const epsilon = facts.epsilon(1e-5);
  const isPerception = root.has('attn_pool.probe');
  const activation = isPerception ? 'gelu' : clipActivation(view);
  const prefix = prefixTokens(view, { class: ['class_embedding'] });
  return {
    patches: patchEmbedding(view, ['conv1.weight']),
    prefix,
    positions: positionTable(view, ['positional_embedding'], prefix, 'bicubic-antialias'),
    rotation: isPerception ? knownRotation(view) : null,
    preNorm: root.optionalNorm(l10n.t('norm before the blocks'), ['ln_pre'], width, epsilon),
    blocks: view.blocks.map((block) => ({
      attention: attention(block, { output: ['out_proj.weight'] }, epsilon),
      norm1: attentionNorm(block, epsilon),
      scale1: layerScale(block, ['ls_1.gamma']),
      norm2: block.weights.norm(l10n.t('norm before the MLP'), ['ln_2'], width, epsilon),
      mlp: plainMlp(block.weights, width, ['mlp.c_fc.weight'], ['mlp.c_proj.weight'], activation),
      scale2: layerScale(block, ['ls_2.gamma']),
    })),
    norm: root.norm(l10n.t('final norm'), ['ln_post'], width, epsilon),
    pooling: isPerception ? probePooling(view, epsilon) : 'class',
    poolNorm: null,
    embedding: root.has('proj')
      ? storedTransposed(root.table('projection', ['proj'], { rows: width, columns: null }))
      : null,
    classifiers: [],
  };
};

/** How Perception Encoder makes one vector of the tokens. */
function probePooling({ root, width }: ForwardView, epsilon: number): AttentionPooling {
  const part = l10n.t('attention pooling');
  const all = root.linear(part, ['attn_pool.attn.in_proj_weight'], { outputs: 3 * width, inputs: width });
  return {
    probe: root.table(part, ['attn_pool.probe'], { rows: 1, columns: width }),
    query: root.rows(all, 0, width),
    key: root.rows(all, width, width),
    value: root.rows(all, 2 * width, width),
    output: root.linear(part, ['attn_pool.attn.out_proj.weight'], { outputs: width, inputs: width }),
    heads: PERCEPTION_HEADS,
    norm: root.norm(part, ['attn_pool.layernorm'], width, epsilon),
    mlp: plainMlp(root, width, ['attn_pool.mlp.c_fc.weight'], ['attn_pool.mlp.c_proj.weight'], 'gelu'),
  };
}

/** OpenAI's weights were trained with the quick GELU and carry the numbers of their constructor; OpenCLIP's mostly with GELU. */
function clipActivation({ facts, around }: ForwardView): Activation {
  const said = facts.flag('quick_gelu');
  if (said !== null) return said ? 'gelu-quick' : 'gelu';
  const byOpenAi = around.has('input_resolution', 'context_length', 'vocab_size');
  facts.assume(
    byOpenAi
      ? l10n.t('Activation quick GELU, as in all of the CLIP weights that OpenAI released.')
      : l10n.t(
          'Activation GELU: OpenCLIP also trains models with the quick GELU, and the file does not say which this is.',
        ),
  );
  return byOpenAi ? 'gelu-quick' : 'gelu';
}
