import * as l10n from '@vscode/l10n';
import type { Activation, Block, Mlp } from '../forward.js';
import type { BlockView, Describe, ForwardView } from '../forward-view.js';
import { quoteName } from '../../bytes/quote.js';
import { notRunnable } from '../not-runnable.js';
import { attention, attentionNorm, layerScale, patchEmbedding, plainMlp, prefixTokens } from '../parts.js';
import { positionTable } from '../positions.js';

/** Parts that change the forward pass of a vision tower in ways of single models, with words for them. */
const UNUSUAL = [
  ['norm_embd.weight', () => l10n.t('a norm behind its patch embedding')],
  ['patch_embd.weight.1', () => l10n.t('patches of two pictures of a film')],
  ['blk.0.attn_post_norm.weight', () => l10n.t('norms behind its attention')],
  ['blk.0.ffn_post_norm.weight', () => l10n.t('norms behind its MLPs')],
  ['blk.0.ffn_gate.weight', () => l10n.t('gated MLPs')],
] as const;

/** Projectors of towers that are built like those of CLIP and SigLIP. */
const PLAIN_PROJECTORS = new Set(
  'mlp mlp_norm ldp ldpv2 resampler adapter gemma3 idefics3 internvl janus_pro lfm2'.split(' '),
);

/** Those of towers that turn queries and keys by their place beside a table of positions. */
const ROTARY_PROJECTORS = /qwen|pixtral|llama4|kimi|lighton|glm4v|youtu|dots|paddle|step3/iu;

/** The vision towers of CLIP and SigLIP as llama.cpp writes them. */
export const gguf: Describe = (view) => {
  const { root, facts, width } = view;
  for (const [name, what] of UNUSUAL) {
    if (root.has(name))
      throw notRunnable(root.file, l10n.t('it has {0}', what()), l10n.t('the tower of CLIP or SigLIP'));
  }
  const projector = facts.text('projector_type');
  if (!root.has('position_embd.weight') || ROTARY_PROJECTORS.test(projector)) {
    const why = l10n.t('it turns queries and keys by their place in a way that the file does not tell');
    throw notRunnable(root.file, why, l10n.t('a table of positions'));
  }
  if (projector !== '' && !PLAIN_PROJECTORS.has(projector)) {
    facts.assume(
      l10n.t(
        "A tower in front of the projector {0} was taken to be built like CLIP's or SigLIP's.",
        quoteName(projector),
      ),
    );
  }
  const hasClass = root.has('class_embd');
  const epsilon = facts.epsilon(hasClass ? 1e-5 : 1e-6);
  const activation = facts.activation('gelu-quick');
  const prefix = prefixTokens(view, { class: ['class_embd'] });
  const last = root.optionalNorm(l10n.t('norm behind the blocks'), ['post_ln'], width, epsilon);
  return {
    patches: patchEmbedding(view, ['patch_embd.weight']),
    prefix,
    positions: positionTable(view, ['position_embd.weight'], prefix, 'bicubic'),
    rotation: null,
    preNorm: root.optionalNorm(l10n.t('norm before the blocks'), ['pre_ln'], width, epsilon),
    blocks: view.blocks.map((block) => ggufBlock(block, epsilon, activation)),
    // CLIP's norm behind the blocks is for the class token alone.
    norm: hasClass ? null : last,
    pooling: hasClass ? 'class' : 'patch-mean',
    poolNorm: hasClass ? last : null,
    embedding: projectionOf(view),
    classifiers: [],
  };
};

function ggufBlock(block: BlockView, epsilon: number, activation: Activation): Block {
  const { weights, spec } = block;
  return {
    attention: attention(
      block,
      { output: ['attn_out.weight'], headNorms: { query: ['attn_q_norm'], key: ['attn_k_norm'] } },
      epsilon,
    ),
    norm1: attentionNorm(block, epsilon),
    scale1: layerScale(block, ['ls1.weight']),
    norm2: weights.norm(l10n.t('norm before the MLP'), ['ln2'], spec.width, epsilon),
    mlp: ggufMlp(block, activation),
    scale2: layerScale(block, ['ls2.weight']),
  };
}

/** Older files have the names of the two maps the wrong way round, which their sizes show. */
function ggufMlp({ weights, spec }: BlockView, activation: Activation): Mlp {
  const { width } = spec;
  const [rows, columns] = weights.find(['ffn_down.weight'])?.shape ?? [];
  return columns === width && rows !== width
    ? plainMlp(weights, width, ['ffn_down.weight'], ['ffn_up.weight'], activation)
    : plainMlp(weights, width, ['ffn_up.weight'], ['ffn_down.weight'], activation);
}

/** CLIP's map to the space that it shares with texts; towers of chat models come without. */
function projectionOf({ root, around, width }: ForwardView) {
  const name = 'visual_projection.weight';
  if (root.has(name)) return root.linear('projection', [name], { inputs: width });
  return around.has(name) ? around.linear('projection', [name], { inputs: width }) : null;
}
