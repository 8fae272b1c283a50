import * as l10n from '@vscode/l10n';
import type { Activation, Block, Mlp, Pooling, PositionBias, WrittenModel } from '../forward.js';
import type { BlockView, Describe, ForwardView } from '../forward-view.js';
import { notRunnable } from '../not-runnable.js';
import {
  attention,
  attentionNorm,
  classifier,
  gatedMlp,
  layerScale,
  packedMlp,
  patchEmbedding,
  plainMlp,
  prefixTokens,
} from '../parts.js';
import { positionTable } from '../positions.js';

/** Heads of the pooling of every Perception Encoder, whatever its layers have. */
export const PERCEPTION_HEADS = 8;

/** timm's VisionTransformer and what is built like it: DINO, MAE, DeiT, and models with norms behind attention and MLP. */
export const timm: Describe = (view) => {
  refuseUntold(view);
  return timmModel(view, { rotation: null, usual: view.root.has('cls_token') ? 'class' : 'patch-mean' });
};

/** The same with what turns queries and keys. @param usual what makes one vector of the tokens where nothing says it. */
export function timmModel(
  view: ForwardView,
  { rotation, usual }: { readonly rotation: WrittenModel['rotation']; readonly usual: 'class' | 'patch-mean' },
): ReturnType<Describe> {
  const { root, facts, width } = view;
  // CLIP's towers have a norm in front of the blocks, AIMv2 one of the patches and BEiT-3 one inside the attention, and all of them another epsilon.
  const isOther =
    root.has('norm_pre.weight', 'patch_embed.norm.weight') || view.blocks[0]?.attention.has('norm.weight');
  const epsilon = facts.epsilon(isOther ? 1e-5 : 1e-6);
  const activation = timmActivation(view);
  const prefix = prefixTokens(view, { class: ['cls_token'], distillation: ['dist_token'], registers: ['reg_token'] });
  const patchNorm = root.optionalNorm(l10n.t('norm of the patches'), ['patch_embed.norm'], width, epsilon);
  const distilled = root.has('head_dist.weight');
  return {
    patches: {
      ...patchEmbedding(view, ['patch_embed.proj.weight']),
      ...(patchNorm === null ? {} : { norm: patchNorm }),
    },
    prefix,
    positions: positionTable(view, ['pos_embed'], prefix, 'bicubic-antialias'),
    rotation,
    preNorm: root.optionalNorm(l10n.t('norm before the blocks'), ['norm_pre'], width, epsilon),
    blocks: view.blocks.map((block) => timmBlock(block, epsilon, activation)),
    norm: root.optionalNorm(l10n.t('final norm'), ['norm'], width, epsilon),
    pooling: timmPooling(view, epsilon, activation, usual),
    poolNorm: root.optionalNorm(l10n.t('norm of the pooled tokens'), ['fc_norm'], width, epsilon),
    embedding: null,
    classifiers: distilled
      ? [
          ...classifier(root, ['head.weight'], width, 'class'),
          ...classifier(root, ['head_dist.weight'], width, 'distillation'),
        ]
      : classifier(root, ['head.weight'], width, 'pooled'),
  };
}

/** A block of timm, with the names that DINOv2's and EVA's own repositories have for its parts. */
export function timmBlock(
  block: BlockView,
  epsilon: number,
  activation: Activation,
  bias: PositionBias | null = null,
): Block {
  const { weights, spec } = block;
  return {
    attention: attention(
      block,
      {
        output: ['proj.weight'],
        innerNorm: ['norm', 'inner_attn_ln'],
        headNorms: { query: ['q_norm'], key: ['k_norm'] },
      },
      epsilon,
      bias,
    ),
    norm1:
      spec.norm === null
        ? weights.norm(l10n.t('norm behind the attention'), ['norm1'], spec.width, epsilon)
        : attentionNorm(block, epsilon),
    ...(spec.norm === null ? { normsBehind: true } : {}),
    scale1: layerScale(block, ['ls1.gamma', 'gamma_1']),
    norm2: weights.norm(l10n.t('norm before the MLP'), ['norm2'], spec.width, epsilon),
    mlp: timmMlp(block, epsilon, activation),
    scale2: layerScale(block, ['ls2.gamma', 'gamma_2']),
  };
}

function timmMlp({ weights, spec }: BlockView, epsilon: number, activation: Activation): Mlp {
  const { width } = spec;
  const norm = { names: ['mlp.norm', 'mlp.ffn_ln'], epsilon } as const;
  if (weights.has('mlp.fc1_g.weight')) {
    return gatedMlp(weights, width, [['mlp.fc1_g.weight'], ['mlp.fc1_x.weight'], ['mlp.fc2.weight']], { norm });
  }
  if (weights.has('mlp.w1.weight')) {
    return gatedMlp(weights, width, [['mlp.w1.weight'], ['mlp.w2.weight'], ['mlp.w3.weight']], { norm });
  }
  if (weights.has('mlp.w12.weight')) return packedMlp(weights, width, ['mlp.w12.weight'], ['mlp.w3.weight'], null);
  const rows = weights.find(['mlp.fc1.weight'])?.shape[0];
  const columns = weights.find(['mlp.fc2.weight'])?.shape[1];
  const inner = weights.optionalNorm(l10n.t('norm inside the MLP'), norm.names, columns ?? 0, epsilon);
  if (columns !== undefined && rows === 2 * columns) {
    return packedMlp(weights, width, ['mlp.fc1.weight'], ['mlp.fc2.weight'], inner);
  }
  return { ...plainMlp(weights, width, ['mlp.fc1.weight'], ['mlp.fc2.weight'], activation), norm: inner };
}

/** How timm names what makes one vector of the tokens. */
const POOLINGS: ReadonlyMap<string, 'class' | 'patch-mean' | 'latent'> = new Map([
  ['token', 'class'],
  ['avg', 'patch-mean'],
  ['map', 'latent'],
] as const);

/** As config.json says; else mean of the patches where a norm follows the pooling, else a learned query where there is one, else `usual`. */
export function timmPooling(
  view: ForwardView,
  epsilon: number,
  activation: Activation,
  usual: 'class' | 'patch-mean',
): Pooling {
  const { root, facts } = view;
  const name = facts.text('global_pool');
  const said = POOLINGS.get(name);
  const hasLatent = root.has('attn_pool.latent');
  if (said === 'patch-mean' || (said === 'class' && root.has('cls_token'))) return said;
  if (said === undefined && name !== '') {
    facts.assume(l10n.t('The pooling that config.json names is not known: logits are those of the usual one.'));
  }
  if (said !== 'latent' && root.has('fc_norm.weight')) return 'patch-mean';
  return hasLatent ? latentPooling(view, epsilon, activation) : usual;
}

function latentPooling({ root, width, blocks, model }: ForwardView, epsilon: number, activation: Activation): Pooling {
  const part = l10n.t('attention pooling');
  const both = root.linear(part, ['attn_pool.kv.weight'], { outputs: 2 * width, inputs: width });
  const isPerception = model.family === 'timm-rope';
  return {
    probe: root.table(part, ['attn_pool.latent'], { rows: 1, columns: width }),
    query: root.linear(part, ['attn_pool.q.weight'], { outputs: width, inputs: width }),
    key: root.rows(both, 0, width),
    value: root.rows(both, width, width),
    output: root.linear(part, ['attn_pool.proj.weight'], { outputs: width, inputs: width }),
    heads: isPerception ? PERCEPTION_HEADS : (blocks[0]?.spec.heads ?? 1),
    norm: root.norm(part, ['attn_pool.norm'], width, epsilon),
    mlp: plainMlp(root, width, ['attn_pool.mlp.fc1.weight'], ['attn_pool.mlp.fc2.weight'], activation),
    ...(isPerception ? {} : { skipsPrefix: true }),
  };
}

/** SigLIP 2, whose names also say its sizes. */
const TANH_GELU = /^vit_(?:(?:base_patch32|giantopt_patch16|so400m_patch16)_siglip|large_patch16_siglip_(?:gap_)?512)/u;

/** GELU, unless the architecture's name says that it is one of CLIP's or SigLIP's. */
function timmActivation({ facts }: ForwardView): Activation {
  const architecture = facts.text('architecture').toLowerCase();
  if (architecture.includes('quickgelu')) return 'gelu-quick';
  return facts.activation(TANH_GELU.test(architecture) ? 'gelu-tanh' : 'gelu');
}

/** Architectures of timm with rotary positions that have the names of plain ones. */
const ROTARY = /^(?:qwen3_vit|deepseek_vit|gemma4_vit)/u;

/** @throws CheckpointError where positions may be of a kind that leaves no trace in the tensors. */
function refuseUntold({ root, facts }: ForwardView): void {
  const architecture = facts.text('architecture').toLowerCase();
  const isCutOff = !root.has('norm.weight', 'fc_norm.weight', 'attn_pool.norm.weight');
  if (ROTARY.test(architecture) || (isCutOff && architecture === '')) {
    const why = l10n.t(
      'no norm stands behind its last layer, as in models that turn queries and keys by position, and its tensors do not tell whether it does',
    );
    throw notRunnable(root.file, why, l10n.t("the config.json of the model with timm's name of a known architecture"));
  }
}
