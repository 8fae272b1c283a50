import * as l10n from '@vscode/l10n';
import type { AttentionRows, Rollout } from '../../../src/protocol/image.js';
import { evenAmong, type LayerCard } from '../../state/layer-card.js';
import { prefixWords, tokenCount } from '../../state/patches.js';

/** What one token attends to: a share of each token, together 1. */
export interface TokenAttention {
  /** One a patch. */
  readonly patches: Float32Array;
  /** One a prefix token. */
  readonly prefix: Float32Array;
  /** Largest share of a patch. */
  readonly peak: number;
  /** What each token would get if all got the same, of those that can get any. */
  readonly even: number;
}

/** A head's part of the rows of a layer; null where they have no such head. */
export function headAttention(
  card: LayerCard,
  { rows }: Pick<AttentionRows, 'rows'>,
  head: number,
): TokenAttention | null {
  return split(card, rows, head);
}

/** What a token takes from the input tokens over all layers. */
export function rolledOut(card: LayerCard, { shares }: Rollout, token: number): TokenAttention | null {
  return split(card, shares, token);
}

function split(card: LayerCard, matrix: Float32Array, row: number): TokenAttention | null {
  const count = tokenCount(card);
  if (row < 0 || (row + 1) * count > matrix.length) return null;
  const all = matrix.subarray(row * count, (row + 1) * count);
  const patches = all.subarray(card.prefix.length);
  const peak = patches.reduce<number>((most, value) => Math.max(most, value), 0);
  return { patches, prefix: all.subarray(0, card.prefix.length), peak, even: 1 / evenAmong(card) };
}

/** Heads that a layer's rows hold. */
export function headsIn(card: LayerCard, { rows }: AttentionRows): number {
  return Math.floor(rows.length / tokenCount(card));
}

/** The largest share that any head of the layer gives a patch. */
export function commonPeak(card: LayerCard, figures: AttentionRows): number {
  let most = 0;
  for (let head = 0; head < headsIn(card, figures); head += 1) {
    most = Math.max(most, headAttention(card, figures, head)?.peak ?? 0);
  }
  return most;
}

/** A part of the attention with the words for it. */
export interface AttentionPart {
  readonly words: string;
  readonly share: number;
}

/** Where attention goes: other patches, each kind of prefix token, and the asking token itself. */
export function partsOf(card: LayerCard, { patches, prefix }: TokenAttention, token: number): AttentionPart[] {
  const own = token - card.prefix.length;
  const self = (own >= 0 ? patches[own] : prefix[token]) ?? 0;
  const all = patches.reduce<number>((sum, value) => sum + value, 0);
  const parts: AttentionPart[] = [
    own >= 0 ? { words: l10n.t('other patches'), share: all - self } : { words: l10n.t('patches'), share: all },
  ];
  const kinds = new Map<string, number>();
  card.prefix.forEach((name, index) => {
    if (index === token) return;
    const words = name.startsWith('register') ? l10n.t('registers') : prefixWords(name);
    kinds.set(words, (kinds.get(words) ?? 0) + (prefix[index] ?? 0));
  });
  for (const [words, share] of kinds) parts.push({ words, share });
  parts.push({ words: l10n.t('itself'), share: self });
  return parts;
}

/** A share as a multiple of even attention: `23×`, below ten with one decimal. */
export function timesEven(share: number, even: number): string {
  const times = even > 0 ? share / even : 0;
  return `${times >= 9.95 ? times.toFixed(0) : times.toFixed(1)}\u00d7`;
}
