import * as l10n from '@vscode/l10n';
import type { PreferenceLine, PreferenceView } from '../../../src/core/charts/preference-layout.js';
import type { LayerInterrelation } from '../../../src/protocol/image.js';
import { GROUPS, type HeadInterrelation } from './keypoint-words.js';

/**
 * What each group of patches receives from all others over depth, as a multiple of even attention: mean over the heads of a layer.
 * @param groups of the patches.
 * @returns null while no layer is there.
 */
export function groupCurves(
  layers: readonly (LayerInterrelation | null)[],
  groups: Int8Array,
  depth: number,
): PreferenceView | null {
  if (layers.every((layer) => layer === null)) return null;
  const sizes = GROUPS.map((_, group) => groups.reduce<number>((count, one) => count + (one === group ? 1 : 0), 0));
  const lines = GROUPS.map((kind, to): PreferenceLine => {
    const ratios = Array.from({ length: depth }, (_, layer) => {
      const heads = layers[layer]?.heads ?? [];
      return mean(heads.map((head) => received(head, sizes, to)).filter((ratio) => ratio !== null));
    });
    return { kind, words: l10n.t('to {0}', kind), ratios };
  });
  const drawn = lines.filter(({ ratios }) => ratios.some((ratio) => ratio !== null)).reverse();
  return { title: l10n.t('What each group receives'), lines: drawn, band: [], heads: [], depth, fine: true };
}

/** Attention that falls on a group, over its part of the patches; null for a group without patches. */
function received({ groupShare }: HeadInterrelation, sizes: readonly number[], to: number): number | null {
  const size = sizes[to] ?? 0;
  if (size === 0) return null;
  let sum = 0;
  for (const [from, askers] of sizes.entries()) {
    if (askers > 0) sum += askers * (groupShare[from * sizes.length + to] ?? NaN);
  }
  return Number.isFinite(sum) ? sum / size : null;
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
