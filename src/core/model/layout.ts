import type { Assumption } from './model.js';
import { fillTemplate } from './names.js';

/**
 * How the attention of one kind of block is named. Names of weights are those of the tensors, with `weight` at the end; the bias
 * stands beside it (`qkv.weight`, `qkv.bias`; `in_proj_weight`, `in_proj_bias`).
 */
export interface Layout {
  /** Path of a block below the model's root; `{i}` is the layer, `{s}` the stage in front of it. */
  readonly block: string;
  /** Path of the attention module below the block; empty when the weights stand in the block itself. */
  readonly attention: string;
  /** Query, key and value weights below the attention module, apart or one after the other in the rows of a single tensor. */
  readonly weights: SplitWeights | FusedWeight;
  /** Biases that do not stand beside the weights, below the attention module, such as `q_bias` beside a bias-free `qkv`. */
  readonly biases?: { readonly query: string; readonly key?: string; readonly value: string };
  /** A buffer that takes the key's part of the bias away when it is there, below the attention module. */
  readonly keyBiasMask?: string;
  /** True when weights are stored as (inputs, outputs). */
  readonly transposed?: true;
  /** True when every module is one head. */
  readonly singleHead?: true;
  /** Norm that feeds the attention, below the block; null when none does. `either` where the names are used for both kinds. */
  readonly norm: { readonly name: string; readonly kind: 'layer' | 'rms' | 'either' } | null;
  /** Norms of query and key in each head, below the attention module. */
  readonly headNorms?: readonly [query: string, key: string];
  /** What is assumed wherever tensors are named so. */
  readonly assumes?: { readonly code: Assumption['code']; readonly text: () => string };
  /** Other modules and parameters of a block, below the block. */
  readonly known: readonly string[];
}

/** Weights of their own; without a value for what only names query and key. */
export interface SplitWeights {
  readonly query: string;
  readonly key: string;
  readonly value: string | null;
}

/** One weight that holds query, key and value, in this order. */
export interface FusedWeight {
  readonly fused: string;
}

/** True for a layout whose query, key and value lie in one tensor. */
export function isFused(weights: SplitWeights | FusedWeight): weights is FusedWeight {
  return 'fused' in weights;
}

/** Joins parts of a path, leaving out empty ones. */
export function joinPath(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('.');
}

/** Template of a path below the root, with `{}` for `{i}` and `{s}`. */
export function templateOf(path: string): string {
  return path.replaceAll('{i}', '{}').replaceAll('{s}', '{}');
}

/** A path below the root with the numbers of a layer in place of `{i}` and `{s}`. */
export function fillPath(path: string, numbers: readonly number[]): string {
  return fillTemplate(templateOf(path), numbers);
}

/** Template of the tensor by which a layer is found: the query weight or the fused one. */
export function anchorOf(layout: Layout): string {
  const weight = isFused(layout.weights) ? layout.weights.fused : layout.weights.query;
  return templateOf(joinPath(layout.block, layout.attention, weight));
}
