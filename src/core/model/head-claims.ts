import * as l10n from '@vscode/l10n';
import { quoteName } from '../bytes/quote.js';
import { sizesOfArchitecture } from './architectures.js';
import { type ConfigView, sectionsFor } from './config.js';
import type { Tower } from './model.js';
import type { SettingsSection } from './settings.js';

/** What a configuration says of the heads. */
export interface HeadClaim {
  readonly source: 'config.json' | 'settings';
  /** Where it is said, for people, such as `num_attention_heads of config.json`. */
  readonly where: string;
  /** One count for all layers, or one for each stage. */
  readonly heads: number | readonly number[] | null;
  readonly headSize: number | null;
  readonly keyValueHeads: number | null;
}

/** A configuration that speaks of another width than the tensors have. */
export interface WidthConflict {
  readonly key: string;
  readonly value: number;
}

const HEADS = [
  'num_attention_heads',
  'num_heads',
  'num_self_attention_heads',
  'n_head',
  'n_heads',
  'nhead',
  'heads',
  'attention_heads',
  'head_count',
];
const HEAD_SIZES = ['head_dim', 'head_size', 'head_width', 'dim_head', 'd_kv', 'attention_head_size'];
const KEY_VALUE_HEADS = ['num_key_value_heads', 'num_kv_heads', 'n_kv_heads', 'multi_query_group_num', 'head_count_kv'];
const DEPTHS = ['num_hidden_layers', 'n_layer', 'n_layers', 'num_layers', 'layers', 'depth', 'block_count'];
const WIDTHS = [
  'hidden_size',
  'd_model',
  'n_embd',
  'embed_dim',
  'width',
  'dim',
  'hidden_dim',
  'num_features',
  'd_latents',
  'embedding_length',
];

/** Settings whose text may be the name of an architecture. */
const ARCHITECTURE_KEYS = new Set([
  'arch',
  'architecture',
  'model',
  'model_name',
  'backbone',
  'encoder',
  'name',
  'type',
]);

/** What config.json says of a tower's heads, the section that is about it first. */
export function claimsOfConfig(
  config: ConfigView | null,
  tower: Tower,
  widths: readonly number[],
): { claims: HeadClaim[]; conflict: WidthConflict | null } {
  const claims: HeadClaim[] = [];
  let conflict: WidthConflict | null = null;
  for (const section of sectionsFor(config, tower)) {
    const width = widthOf(section, tower, widths);
    if (width !== null && !widths.includes(width.value)) {
      conflict ??= width;
      continue;
    }
    const claim = claimOf(section, tower, 'config.json', (key) => l10n.t('{0} of config.json', key));
    if (claim !== null) claims.push(claim);
  }
  const architecture = config?.text('architecture') ?? null;
  const named = architecture === null ? null : headsByName(architecture, widths);
  if (architecture !== null && named !== null) {
    const where = l10n.t('the architecture {0} of config.json', quoteName(architecture));
    claims.push({ source: 'config.json', where, heads: named, headSize: null, keyValueHeads: null });
  }
  return { claims, conflict: claims.length === 0 ? conflict : null };
}

/**
 * What the plain settings say of a tower's heads, and where they name an architecture of another width. Settings that also say the right width count most; those that say no width
 * count only where they agree, and not for a tower that they may not be about.
 */
export function claimsOfSettings(
  sections: readonly SettingsSection[],
  tower: Tower,
  widths: readonly number[],
): { claims: HeadClaim[]; otherWidth: string | null } {
  const sure: HeadClaim[] = [];
  let otherWidth: string | null = null;
  const vague: HeadClaim[] = [];
  for (const { path, view, texts } of sections) {
    const width = view.count(keysFor(tower, WIDTHS));
    for (const [key, text] of texts) {
      if (!ARCHITECTURE_KEYS.has(key.toLowerCase())) continue;
      const where = `${quoteName(path === '' ? key : `${path}.${key}`)} = ${quoteName(text)}`;
      const heads = headsByName(text, widths);
      if (heads !== null) sure.push({ source: 'settings', where, heads, headSize: null, keyValueHeads: null });
      else if (sizesOfArchitecture(text).length > 0) otherWidth ??= where;
    }
    if (width !== null && !widths.includes(width.value)) continue;
    const claim = claimOf(view, tower, 'settings', (key) => quoteName(path === '' ? key : `${path}.${key}`));
    if (claim !== null) (width === null ? vague : sure).push(claim);
  }
  const first = vague[0];
  const agree = vague.every(
    (claim) => String(claim.heads) === String(first?.heads) && claim.headSize === first?.headSize,
  );
  const mayBeOther = tower === 'text' || tower === 'decoder' || tower === 'cross';
  return { claims: agree && !mayBeOther ? [...sure, ...vague] : sure, otherWidth };
}

/** The number of layers that config.json says for a tower of this width; null when it says none. */
export function depthOfConfig(
  config: ConfigView | null,
  tower: Tower,
  widths: readonly number[],
): { readonly key: string; readonly value: number } | null {
  for (const section of sectionsFor(config, tower)) {
    const width = widthOf(section, tower, widths);
    if (width === null || !widths.includes(width.value)) continue;
    // Swin's num_layers counts stages.
    const stages = section.counts(['depths']);
    const depth = section.count(keysFor(tower, DEPTHS));
    if (stages !== null) return { key: stages.key, value: stages.value.reduce((sum, count) => sum + count, 0) };
    if (depth !== null) return depth;
  }
  return null;
}

/**
 * The width that a section says, that of the tokens where it says several: models in stages say the one behind their last stage
 * too, Qwen2-VL that of its language model, Perceiver that of its inputs.
 */
function widthOf(
  section: ConfigView,
  tower: Tower,
  widths: readonly number[],
): { readonly key: string; readonly value: number } | null {
  const keys = keysFor(tower, WIDTHS);
  const said = keys.flatMap((key) => section.count([key]) ?? []);
  return said.find(({ value }) => widths.includes(value)) ?? said[0] ?? null;
}

function headsByName(name: string, widths: readonly number[]): number | null {
  const [width, ...others] = new Set(widths);
  if (others.length > 0) return null;
  return sizesOfArchitecture(name).find((size) => size[0] === width)?.[1] ?? null;
}

function claimOf(
  section: ConfigView,
  tower: Tower,
  source: HeadClaim['source'],
  whereOf: (key: string) => string,
): HeadClaim | null {
  // SAM 2 says the heads of its first stage beside those of all stages.
  const all = section.counts(['num_attention_heads_per_stage']);
  const heads = all === null ? section.count(keysFor(tower, HEADS)) : null;
  const stages = all ?? section.counts(HEADS);
  const headSize = section.count(HEAD_SIZES);
  const said = heads ?? stages ?? headSize;
  if (said === null) return null;
  return {
    source,
    where: whereOf(said.key),
    heads: heads?.value ?? stages?.value ?? null,
    headSize: headSize?.value ?? null,
    keyValueHeads: section.count(KEY_VALUE_HEADS)?.value ?? null,
  };
}

/** Keys for a tower: those with its name in front first, such as `decoder_num_attention_heads`. */
function keysFor(tower: Tower, keys: readonly string[]): string[] {
  const fronts: Readonly<Record<Tower, readonly string[]>> = {
    vision: ['encoder_', 'vision_', 'vit_'],
    text: ['text_'],
    audio: ['encoder_', 'audio_'],
    encoder: ['encoder_'],
    decoder: ['decoder_'],
    cross: ['decoder_'],
    // The predictor of V-JEPA 2.
    unknown: ['pred_'],
  };
  return [...fronts[tower].flatMap((front) => keys.map((key) => `${front}${key}`)), ...keys];
}
