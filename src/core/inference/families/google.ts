import * as l10n from '@vscode/l10n';
import type { Activation, AttentionPooling, Block, Classifier, Pooling } from '../forward.js';
import type { BlockView, Describe, ForwardView } from '../forward-view.js';
import { missing } from '../not-runnable.js';
import { attention, attentionNorm, classifier, patchEmbedding, plainMlp, prefixTokens } from '../parts.js';
import { positionTable } from '../positions.js';
import type { Names, Weights } from '../weights.js';

const POSITIONS: Names = ['pos_embedding', 'Transformer.posembed_input.pos_embedding'];

/** ViT of google-research/vision_transformer and of big_vision. */
export const google: Describe = (view) => {
  const { root, facts, width } = view;
  // That of flax.linen.LayerNorm, which these models never change.
  const epsilon = facts.epsilon(1e-6);
  const activation = googleActivation(view);
  const prefix = prefixTokens(view, { class: ['cls'] });
  const sines = hasSines(view);
  return {
    patches: patchEmbedding(view, ['embedding.weight']),
    prefix,
    sines,
    positions: positionTable(view, POSITIONS, prefix, 'bilinear-corners'),
    rotation: null,
    preNorm: null,
    blocks: view.blocks.map((block) => googleBlock(block, epsilon, activation)),
    norm: root.norm(l10n.t('final norm'), ['Transformer.encoder_norm'], width, epsilon),
    pooling: poolingOf(view, prefix.length > 0, epsilon, activation),
    poolNorm: null,
    embedding: null,
    classifiers: headOf(root, width),
  };
};

/** big_vision computes the positions of models without a table from sines; vision_transformer has a table in every file. */
function hasSines({ root, facts, width, blocks }: ForwardView): boolean {
  if (root.has(...POSITIONS)) return false;
  const isBigVision = blocks.every(({ weights }) => weights.has('MlpBlock_0.Dense_0.weight'));
  if (!isBigVision || width % 4 !== 0) throw missing(root.file, l10n.t('position table'), 'pos_embedding');
  facts.assume(l10n.t('The file has no table of positions: those that big_vision computes from sines were taken.'));
  return true;
}

function googleBlock(block: BlockView, epsilon: number, activation: Activation): Block {
  const { weights, spec } = block;
  const { width } = spec;
  return {
    attention: attention(block, { output: ['out.weight'] }, epsilon),
    norm1: attentionNorm(block, epsilon),
    scale1: null,
    norm2: weights.norm(l10n.t('norm before the MLP'), ['LayerNorm_2', 'LayerNorm_1'], width, epsilon),
    mlp: plainMlp(
      weights,
      width,
      ['MlpBlock_3.Dense_0.weight', 'MlpBlock_0.Dense_0.weight'],
      ['MlpBlock_3.Dense_1.weight', 'MlpBlock_0.Dense_1.weight'],
      activation,
    ),
    scale2: null,
  };
}

function poolingOf(view: ForwardView, hasClass: boolean, epsilon: number, activation: Activation): Pooling {
  if (view.root.has('MAPHead_0.probe')) return mapHead(view, epsilon, activation);
  return hasClass ? 'class' : 'patch-mean';
}

/** big_vision's pooling by multi-head attention (MAP). */
function mapHead({ root, width, blocks }: ForwardView, epsilon: number, activation: Activation): AttentionPooling {
  const part = l10n.t('attention pooling');
  const linear = (name: string): AttentionPooling['query'] =>
    root.linear(part, [`MAPHead_0.MultiHeadDotProductAttention_0.${name}.weight`], { outputs: width, inputs: width });
  return {
    probe: root.table(part, ['MAPHead_0.probe'], { rows: 1, columns: width }),
    query: linear('query'),
    key: linear('key'),
    value: linear('value'),
    output: linear('out'),
    heads: blocks[0]?.spec.heads ?? 1,
    norm: root.norm(part, ['MAPHead_0.LayerNorm_0'], width, epsilon),
    mlp: plainMlp(
      root,
      width,
      ['MAPHead_0.MlpBlock_0.Dense_0.weight'],
      ['MAPHead_0.MlpBlock_0.Dense_1.weight'],
      activation,
    ),
  };
}

/** The classifier, behind the layer that models of ImageNet-21k have in front of it. */
function headOf(root: Weights, width: number): Classifier[] {
  if (!root.has('pre_logits.weight')) return classifier(root, ['head.weight'], width, 'pooled');
  const hidden = root.linear(l10n.t('layer before the classifier'), ['pre_logits.weight'], { inputs: width });
  const head = root.linear('classifier', ['head.weight'], { inputs: hidden.weight.rows });
  return root.has('head.weight') ? [{ projection: head, hidden, reads: 'pooled' }] : [];
}

/**
 * Google's own code computes GELU by its approximation with tanh, as does SigLIP everywhere. The same files are used with the exact one by timm
 * and Transformers, which nearly everybody runs them with.
 */
function googleActivation({ root, facts }: ForwardView): Activation {
  if (root.has('MAPHead_0.probe')) {
    facts.assume(l10n.t("Activation GELU by its approximation with tanh, as in Google's own code and in SigLIP."));
    return 'gelu-tanh';
  }
  facts.assume(
    l10n.t(
      "Activation GELU, as timm and Transformers run such weights; Google's own code approximates it with tanh, which differs by 0.0005 at most in each activation.",
    ),
  );
  return 'gelu';
}
