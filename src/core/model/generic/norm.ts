import * as l10n from '@vscode/l10n';
import { isFused, joinPath } from '../layout.js';
import type { Layout } from '../layout.js';
import type { FileFacts } from '../stack.js';
import type { TensorNames } from '../tensor-names.js';

/** The norm that was taken for the one before the attention, or why none was. */
export interface NormFinding {
  readonly norm: Layout['norm'];
  /** What was assumed, for people; null when the names leave no doubt. */
  readonly assumed: string | null;
}

/** Usual names of the norm before the attention, in order of how telling they are. */
const BEFORE = [
  'layernorm_before',
  'layer_norm_before',
  'input_layernorm',
  'norm_before',
  'pre_norm',
  'prenorm',
  'pre_attn_norm',
  'attn_pre_norm',
  'pre_attention_norm',
  'pre_attention_layer_norm',
  'attention_norm',
  'attn_norm',
  'norm_attn',
  'attn_ln',
  'ln_attn',
  'ln_1',
  'ln1',
  'norm1',
  'norm_1',
  'layer_norm1',
  'layer_norm_1',
  'layernorm1',
  'layernorm_1',
  'rms_norm1',
  'rms_norm_1',
  'rms_1',
  'self_attn_layer_norm',
];

/** Names that say nothing of the place but stand alone beside the attention in pre-norm models. */
const BESIDE = ['norm', 'layer_norm', 'layernorm', 'LayerNorm', 'ln'];

/** Settings that say whether norms stand before the attention. */
const FIRST_FLAGS = [
  'norm_first',
  'normalize_before',
  'encoder_normalize_before',
  'do_layer_norm_before',
  'do_stable_layer_norm',
  'pre_norm',
];

/** Conventions under which a norm inside the attention module comes first, as in lucidrains' models. */
const INNER_NORM = new Set(['to_qkv.weight', 'to_q.weight']);

const NONE: NormFinding = { norm: null, assumed: null };

/** Looks for the norm before the attention by usual names; `block` and `attention` are paths of the first layer. */
export function findNorm(
  names: TensorNames,
  facts: FileFacts,
  layout: Pick<Layout, 'attention' | 'weights'>,
  block: string,
): NormFinding {
  const attention = joinPath(block, layout.attention);
  const merged = mergedKeys(names, attention);
  if (merged !== null) return { norm: null, assumed: merged };
  const weight = isFused(layout.weights) ? layout.weights.fused : layout.weights.query;
  const width = names.get(joinPath(attention, weight))?.shape;
  const first = saysNormFirst(facts);
  if (first !== true) {
    if (first === false) return NONE;
    const doubt = doubtOf(names, facts, block, attention);
    if (doubt !== null)
      return { norm: null, assumed: l10n.t('No norm was taken for the one before the attention: {0}.', doubt) };
  }
  const fits = (path: string): boolean => {
    const gain = names.get(`${joinPath(block, path)}.weight`);
    return gain?.shape.length === 1 && width?.includes(gain.shape[0] ?? -1) === true;
  };
  const found = placesOf(layout.attention, weight).flatMap(({ place, candidates }) =>
    candidates.map((name) => joinPath(place, name)),
  );
  const name = found.find(fits);
  if (name === undefined) return NONE;
  return {
    norm: { name, kind: name.includes('rms') ? 'rms' : 'either' },
    assumed: l10n.t('{0} was taken for the norm before the attention.', name),
  };
}

/** Modules in which the norm may stand, the innermost first, with the names that count there. */
function placesOf(attention: string, weight: string): { place: string; candidates: readonly string[] }[] {
  const segments = attention === '' ? [] : attention.split('.');
  const inside = INNER_NORM.has(weight) ? [{ place: attention, candidates: BESIDE }] : [];
  const around = segments.map((_, index) => ({
    place: segments.slice(0, segments.length - 1 - index).join('.'),
    candidates: [...BEFORE, ...BESIDE],
  }));
  const itself = segments.length === 0 ? [{ place: '', candidates: BEFORE }] : [];
  return [...inside, ...around, ...itself];
}

/** What merges the tokens that keys are read from; a BatchNorm of the attention's own stands only behind such merging. */
const MERGING: readonly (readonly [name: string, what: string])[] = [
  ['sr.weight', 'sr'],
  ['spatial_reduction.weight', 'spatial_reduction'],
  ['sequence_reduction.weight', 'sequence_reduction'],
  ['sequence_reduction.sequence_reduction.weight', 'sequence_reduction'],
  ['norm.running_mean', 'pooling'],
];

/** Says that keys are read from other tokens than queries, as in PVT, Twins, SegFormer and Next-ViT; null where nothing shows it. */
function mergedKeys(names: TensorNames, attention: string): string | null {
  const [, what] = MERGING.find(([name]) => names.has(joinPath(attention, name))) ?? [];
  if (what === undefined) return null;
  return l10n.t(
    'Keys are read from fewer tokens, which {0} merges and a norm of their own follows: no one norm feeds query and key, and a mode compares a token with merged ones.',
    what,
  );
}

/** Why the names do not tell whether a norm stands before the attention. */
function doubtOf(names: TensorNames, facts: FileFacts, block: string, attention: string): string | null {
  const has = (path: string): boolean => names.has(joinPath(block, path));
  if (has('linear1.weight') && has('norm1.weight') && names.has(joinPath(attention, 'in_proj_weight'))) {
    return l10n.t(
      'nothing in the file says whether these layers (torch.nn.TransformerEncoderLayer) have norm_first, and without it they norm afterwards',
    );
  }
  if (has('self_attn_layer_norm.weight')) {
    return l10n.t(
      'self_attn_layer_norm stands before the attention in some models and after it in others, and nothing in the file says which',
    );
  }
  if (has('feed_forward.intermediate_dense.weight') && has('final_layer_norm.weight')) {
    return l10n.t(
      'layers of this kind (wav2vec 2.0, HuBERT) norm before the attention only with do_stable_layer_norm, and nothing in the file says it',
    );
  }
  if (names.has(joinPath(attention, 'logit_scale'))) {
    return l10n.t(
      'models with a logit_scale in the attention often norm afterwards, and nothing in the file says which',
    );
  }
  if (facts.modelType.startsWith('gemma')) return l10n.t('Gemma adds one to the gains that it stores');
  return null;
}

function saysNormFirst({ config, settings }: FileFacts): boolean | null {
  for (const view of [...(config === null ? [] : [config]), ...settings.map((section) => section.view)]) {
    for (const flag of FIRST_FLAGS) {
      const value = view.flag(flag);
      if (value !== null) return value;
    }
  }
  return null;
}
