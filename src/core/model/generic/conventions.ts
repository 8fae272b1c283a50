import type { FusedWeight, SplitWeights } from '../layout.js';

/** Names under which modules keep query and key weights. */
export interface Convention {
  readonly weights: SplitWeights | FusedWeight;
  readonly transposed?: true;
  /** Only weights with three times as many rows as columns; the name alone means other things too. */
  readonly strict?: true;
}

const FUSED = [
  'qkv.weight',
  'to_qkv.weight',
  'Wqkv.weight',
  'wqkv.weight',
  'W_qkv.weight',
  'qkv_proj.weight',
  'proj_qkv.weight',
  'attn_qkv.weight',
  'qkv_linear.weight',
  'linear_qkv.weight',
  'query_key_value.weight',
  'in_proj_weight',
];

const SPLIT: readonly (readonly [query: string, key: string, value: string])[] = [
  ['query', 'key', 'value'],
  ['q_proj', 'k_proj', 'v_proj'],
  ['q_proj.linear', 'k_proj.linear', 'v_proj.linear'],
  ['to_q', 'to_k', 'to_v'],
  ['to_q', 'to_kv', 'to_kv'],
  ['wq', 'wk', 'wv'],
  ['Wq', 'Wk', 'Wv'],
  ['w_q', 'w_k', 'w_v'],
  ['W_q', 'W_k', 'W_v'],
  ['WQ', 'WK', 'WV'],
  ['W_Q', 'W_K', 'W_V'],
  ['w_qs', 'w_ks', 'w_vs'],
  ['q', 'k', 'v'],
  ['qk', 'qk', 'v'],
  ['q', 'kv', 'kv'],
  ['q_proj', 'kv_proj', 'kv_proj'],
  ['q_lin', 'k_lin', 'v_lin'],
  ['q_linear', 'k_linear', 'v_linear'],
  ['linear_q', 'linear_k', 'linear_v'],
  ['fc_q', 'fc_k', 'fc_v'],
  ['query_proj', 'key_proj', 'value_proj'],
  ['proj_q', 'proj_k', 'proj_v'],
  ['query_linear', 'key_linear', 'value_linear'],
  ['query_layer', 'key_layer', 'value_layer'],
  ['queries', 'keys', 'values'],
];

/** Conventions in order of how telling they are. */
export const CONVENTIONS: readonly Convention[] = [
  ...FUSED.map((fused) => ({ weights: { fused } })),
  { weights: { fused: 'c_attn.weight' }, transposed: true },
  { weights: { fused: 'in_proj.weight' }, strict: true },
  ...SPLIT.map(([query, key, value]) => ({
    weights: { query: `${query}.weight`, key: `${key}.weight`, value: `${value}.weight` },
  })),
  { weights: { query: 'q_proj_weight', key: 'k_proj_weight', value: 'v_proj_weight' } },
];

/** Endings of names that are a query, key or fused weight by one of the conventions. */
export const PROJECTION_NAMES: ReadonlySet<string> = new Set(
  CONVENTIONS.flatMap(({ weights }) => ('fused' in weights ? [weights.fused] : [weights.query, weights.key])),
);
