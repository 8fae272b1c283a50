import type { Activation, Block, Mlp, Pooling, PositionBias } from '../forward.js';
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
import type { Weights } from '../weights.js';

/** timm's VisionTransformer and what is built like it: DINO, MAE, DeiT. */
export const timm: Describe = (view) => {
  const { root, facts, width } = view;
  if (isRotary(view)) refuseRotary(root);
  // CLIP's towers have a norm in front of the blocks, and CLIP's epsilon.
  const epsilon = facts.epsilon(root.has('norm_pre.weight') ? 1e-5 : 1e-6);
  const activation = timmActivation(view);
  const prefix = prefixTokens(view, { class: ['cls_token'], distillation: ['dist_token'], registers: ['reg_token'] });
  const distilled = root.has('head_dist.weight');
  return {
    patches: patchEmbedding(view, ['patch_embed.proj.weight']),
    prefix,
    positions: positionTable(view, ['pos_embed'], prefix, 'bicubic-antialias'),
    rotation: null,
    preNorm: root.optionalNorm('norm before the blocks', ['norm_pre'], width, epsilon),
    blocks: view.blocks.map((block) => timmBlock(block, epsilon, activation)),
    norm: root.optionalNorm('final norm', ['norm'], width, epsilon),
    pooling: timmPooling(view, epsilon, activation, prefix.length > 0 ? 'class' : 'patch-mean'),
    poolNorm: root.optionalNorm('norm of the pooled tokens', ['fc_norm'], width, epsilon),
    embedding: null,
    classifiers: distilled
      ? [
          ...classifier(root, ['head.weight'], width, 'class'),
          ...classifier(root, ['head_dist.weight'], width, 'distillation'),
        ]
      : classifier(root, ['head.weight'], width, 'pooled'),
  };
};

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
    norm1: attentionNorm(block, epsilon),
    scale1: layerScale(block, ['ls1.gamma', 'gamma_1']),
    norm2: weights.norm('norm before the MLP', ['norm2'], spec.width, epsilon),
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
  const inner = weights.optionalNorm('norm inside the MLP', norm.names, columns ?? 0, epsilon);
  if (columns !== undefined && rows === 2 * columns) {
    return packedMlp(weights, width, ['mlp.fc1.weight'], ['mlp.fc2.weight'], inner);
  }
  return { ...plainMlp(weights, width, ['mlp.fc1.weight'], ['mlp.fc2.weight'], activation), norm: inner };
}

/** Mean of the patches where a norm follows the pooling, else a learned query where there is one, else `usual`. */
export function timmPooling(
  { root, width, blocks }: ForwardView,
  epsilon: number,
  activation: Activation,
  usual: 'class' | 'patch-mean',
): Pooling {
  if (root.has('fc_norm.weight')) return 'patch-mean';
  if (!root.has('attn_pool.latent')) return usual;
  const both = root.linear('attention pooling', ['attn_pool.kv.weight'], { outputs: 2 * width, inputs: width });
  return {
    probe: root.table('attention pooling', ['attn_pool.latent'], { rows: 1, columns: width }),
    query: root.linear('attention pooling', ['attn_pool.q.weight'], { outputs: width, inputs: width }),
    key: root.rows(both, 0, width),
    value: root.rows(both, width, width),
    output: root.linear('attention pooling', ['attn_pool.proj.weight'], { outputs: width, inputs: width }),
    heads: blocks[0]?.spec.heads ?? 1,
    norm: root.norm('attention pooling', ['attn_pool.norm'], width, epsilon),
    mlp: plainMlp(root, width, ['attn_pool.mlp.fc1.weight'], ['attn_pool.mlp.fc2.weight'], activation),
  };
}

/** GELU, unless the architecture's name says that it is one of CLIP's or SigLIP's. */
function timmActivation({ facts }: ForwardView): Activation {
  const architecture = facts.text('architecture').toLowerCase();
  if (architecture.includes('quickgelu')) return 'gelu-quick';
  return facts.activation('gelu');
}

/** True for what timm builds from the same names with rotary positions: nothing but the architecture tells it from other models. */
function isRotary({ root, facts }: ForwardView): boolean {
  const architecture = facts.text('architecture').toLowerCase();
  const said = architecture.includes('_rope_') || architecture.includes('vit_pe_');
  return said || (root.has('norm_pre.weight') && root.has('attn_pool.latent'));
}

/** timm has several kinds of rotary positions, and keeps no trace of them in the file. */
function refuseRotary(root: Weights): never {
  const why = 'its rotary positions are of a kind that the file does not tell';
  throw notRunnable(root.file, why, 'positions that are known');
}
