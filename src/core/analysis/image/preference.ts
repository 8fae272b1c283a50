import type { PatchAttention } from './patch-attention.js';

/** Share of attention that falls on a region, and how that compares with even attention. */
export interface RegionShare {
  readonly share: number;
  /** share / (share of the keys that lie there); 1 = as even attention, null where no key lies there. */
  readonly ratio: number | null;
}

/** Attention preference of the patches of one label: mean over them of what they attend to. */
export interface Preference {
  /** The label that asks. */
  readonly source: number;
  /** Its patches that were averaged over; a patch that attends to no key at all is left out. */
  readonly patches: number;
  /** By the label that is attended to. */
  readonly regions: ReadonlyMap<number, RegionShare>;
  /** The prefix tokens together; null where they do not count. */
  readonly prefix: RegionShare | null;
}

/** Patches by label, with labels numbered from 0 on. */
interface Grouped {
  readonly labels: readonly number[];
  /** Number of each patch's label. */
  readonly groups: Int32Array;
  readonly sizes: readonly number[];
}

function grouped(labels: Int32Array): Grouped {
  const known = [...new Set(labels)].sort((a, b) => a - b);
  const numbers = new Map(known.map((label, number) => [label, number]));
  const groups = labels.map((label) => numbers.get(label) ?? 0);
  const sizes = known.map(() => 0);
  for (const group of groups) sizes[group] = (sizes[group] ?? 0) + 1;
  return { labels: known, groups, sizes };
}

/**
 * Attention preference of one label; null where no patch has it.
 * Formulas: definitions.md, "With an image". The shares of a source sum to 1.
 * @param labels label of each patch.
 * @param regions labels to tell of beside those of the patches.
 */
export function preference(
  attention: PatchAttention,
  labels: Int32Array,
  source: number,
  regions: readonly number[] = [],
): Preference | null {
  const { patches, prefix, prefixShares, shares, variant } = attention;
  const { labels: known, groups, sizes } = grouped(labels);
  const own = known.indexOf(source);
  const sums = new Float64Array(known.length);
  let prefixSum = 0;
  let rows = 0;
  for (let i = 0; i < patches; i++) {
    const start = i * patches;
    // A row is NaN as a whole or not at all.
    if (groups[i] !== own || Number.isNaN(shares[start])) continue;
    rows++;
    prefixSum += prefixShares?.[i] ?? 0;
    for (let j = 0; j < patches; j++) {
      const group = groups[j] ?? 0;
      sums[group] = (sums[group] ?? 0) + (shares[start + j] ?? 0);
    }
  }
  if (rows === 0) return null;
  const selfless = variant === 'without-prefix-and-self' ? 1 : 0;
  const keys = patches - selfless + (prefixShares === null ? 0 : prefix);
  const told = (sum: number, members: number): RegionShare => ({
    share: sum / rows,
    ratio: members > 0 ? ((sum / rows) * keys) / members : null,
  });
  const all = new Map(regions.map((label) => [label, told(0, 0)]));
  known.forEach((label, group) => {
    all.set(label, told(sums[group] ?? 0, (sizes[group] ?? 0) - (group === own ? selfless : 0)));
  });
  return { source, patches: rows, regions: all, prefix: prefixShares === null ? null : told(prefixSum, prefix) };
}
