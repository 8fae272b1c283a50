import type { PatchAttention } from './patch-attention.js';
import { MIXED, relativeTo } from './patch-labels.js';
import { preference } from './preference.js';

/** Labels that ask, by their names in results. */
const SOURCES = { target: 1, other: 2 } as const;
const REGIONS = { ...SOURCES, background: 0, mixed: MIXED } as const;

/** Where attention falls. */
export type Region = keyof typeof REGIONS | 'prefix';
export const REGION_NAMES = ['target', 'other', 'background', 'mixed', 'prefix'] as const satisfies readonly Region[];

/** A label that asks. */
export type Source = keyof typeof SOURCES;
export const SOURCE_NAMES = ['target', 'other'] as const satisfies readonly Source[];

/** A number of each region; null where it does not exist, left out where the region does not count. */
export type OfRegions = Readonly<Partial<Record<Region, number | null>>>;

/** What the patches of one label attend to: shares, and their ratios to even attention. */
export type SourcePreference = OfRegions & { readonly ratio: OfRegions };

/** Attention preference of the labels that ask; null for one that no patch has. */
export type HeadPreference = Readonly<Record<Source, SourcePreference | null>>;

/** How labels are meant: each has a role of its own (0 background, 1 target, 2 other), or each number above 0 is an object (0 background). */
export type LabelMeaning = 'roles' | 'objects';

/** Labels of the patches of a picture. */
export interface MeantLabels {
  readonly labels: Int32Array;
  readonly meaning: LabelMeaning;
}

/**
 * Attention preference of one head. Of objects, each one is the target in turn and all others are `other`; the mean is over all their patches,
 * so that it says where a patch of an object attends to.
 */
export function headPreference(among: PatchAttention, { labels, meaning }: MeantLabels): HeadPreference {
  const of = (own: Int32Array, source: number): { told: SourcePreference; patches: number } | null => {
    const found = preference(among, own, source, Object.values(REGIONS));
    if (found === null) return null;
    const shares: Partial<Record<Region, number>> = {};
    const ratio: Partial<Record<Region, number | null>> = {};
    for (const region of REGION_NAMES) {
      const told = region === 'prefix' ? found.prefix : (found.regions.get(REGIONS[region]) ?? null);
      if (told === null) continue;
      shares[region] = told.share;
      ratio[region] = told.ratio;
    }
    return { told: { ...shares, ratio }, patches: found.patches };
  };
  if (meaning === 'roles') {
    return { target: of(labels, SOURCES.target)?.told ?? null, other: of(labels, SOURCES.other)?.told ?? null };
  }
  const objects = [...new Set(labels)].filter((label) => label > 0);
  const each = objects.map((label) => of(relativeTo(labels, label), SOURCES.target)).filter((found) => found !== null);
  return { target: meanSource(each.map(({ told, patches }) => [told, patches])), other: null };
}

/** Mean over the heads that have a preference. */
export function meanPreference(heads: readonly HeadPreference[]): HeadPreference {
  const of = (source: Source): SourcePreference | null =>
    meanSource(heads.flatMap((head) => (head[source] === null ? [] : [[head[source], 1] as const])));
  return { target: of('target'), other: of('other') };
}

type Weighted<Value> = readonly (readonly [Value, weight: number])[];

function meanSource(all: Weighted<SourcePreference>): SourcePreference | null {
  if (all.length === 0) return null;
  return { ...meanShares(all), ratio: meanShares(all.map(([{ ratio }, weight]) => [ratio, weight])) };
}

/** Weighted means over those that have the number. */
function meanShares(all: Weighted<OfRegions>): OfRegions {
  const means: Partial<Record<Region, number | null>> = {};
  for (const region of REGION_NAMES) {
    let sum = 0;
    let weights = 0;
    let isKnown = false;
    for (const [shares, weight] of all) {
      const value = shares[region];
      if (value === undefined) continue;
      isKnown = true;
      if (value === null) continue;
      sum += value * weight;
      weights += weight;
    }
    if (isKnown) means[region] = weights > 0 ? sum / weights : null;
  }
  return means;
}
