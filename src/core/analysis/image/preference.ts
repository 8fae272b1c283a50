import type { PatchAttention } from './patch-attention.js';

/** Share of attention that falls on a region, and how that compares with even attention. */
export interface RegionShare {
  readonly share: number;
  /** share / (share of the keys that lie there, of those that a patch attends to); 1 = as even attention, null where no key lies there. */
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
  return { labels: known, groups, sizes: sizesAmong(groups, known.length) };
}

/**
 * Attention preference of one label; null where no patch has it.
 * Formulas: definitions.md, "With an image". The shares of a source sum to 1. Within windows the keys of a patch are those of its window, and
 * even attention is that to them.
 * @param labels label of each patch.
 * @param regions labels to tell of beside those of the patches.
 */
export function preference(
  attention: PatchAttention,
  labels: Int32Array,
  source: number,
  regions: readonly number[] = [],
): Preference | null {
  const { prefix, prefixShares, variant } = attention;
  const { labels: known, groups, sizes } = grouped(labels);
  const own = known.indexOf(source);
  const selfless = variant === 'without-prefix-and-self' ? 1 : 0;
  const sums = new Float64Array(known.length);
  /** What even attention would give each label, and the prefix tokens. */
  const even = new Float64Array(known.length);
  let [prefixSum, prefixEven, rows] = [0, 0, 0];
  for (const { members, shares } of attention.groups) {
    const count = members.length;
    const labelled = members.map((patch) => groups[patch] ?? 0);
    const inGroup = attention.groups.length === 1 ? sizes : sizesAmong(labelled, known.length);
    const keys = count - selfless + (prefixShares === null ? 0 : prefix);
    let asking = 0;
    for (let i = 0; i < count; i++) {
      const start = i * count;
      // A row is NaN as a whole or not at all.
      if (labelled[i] !== own || Number.isNaN(shares[start])) continue;
      asking++;
      prefixSum += prefixShares?.[members[i] ?? NaN] ?? 0;
      for (let j = 0; j < count; j++) {
        const group = labelled[j] ?? 0;
        sums[group] = (sums[group] ?? 0) + (shares[start + j] ?? 0);
      }
    }
    rows += asking;
    if (asking === 0) continue;
    prefixEven += (asking * prefix) / keys;
    for (const [group, size] of inGroup.entries()) {
      even[group] = (even[group] ?? 0) + (asking * (size - (group === own ? selfless : 0))) / keys;
    }
  }
  if (rows === 0) return null;
  const told = (sum: number, evenly: number): RegionShare => ({
    share: sum / rows,
    ratio: evenly > 0 ? sum / evenly : null,
  });
  const all = new Map(regions.map((label) => [label, told(0, 0)]));
  known.forEach((label, group) => {
    all.set(label, told(sums[group] ?? 0, even[group] ?? 0));
  });
  return { source, patches: rows, regions: all, prefix: prefixShares === null ? null : told(prefixSum, prefixEven) };
}

/** How often each label occurs. */
function sizesAmong(labelled: Int32Array, labels: number): number[] {
  const sizes = Array.from({ length: labels }, () => 0);
  for (const group of labelled) sizes[group] = (sizes[group] ?? 0) + 1;
  return sizes;
}
