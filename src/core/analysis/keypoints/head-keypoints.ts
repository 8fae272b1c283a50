import { GROUPS } from './concentration.js';
import { type PatchRows, ROW, ROW_LENGTH } from './patch-sums.js';

/** Figures of a head that take one look at each row of its attention. */
export interface HeadKeypoints {
  /** sum_ij At_ij w_j: what patches with keypoints get as keys; 1 = as even attention. Null without keypoints. */
  readonly keySide: number | null;
  /** sum_i w_i entropy_i / log(N - 1): how evenly patches with keypoints look, 0 to 1. Null without keypoints. */
  readonly querySide: number | null;
  /** Mean over the patches of a group of what falls on each group; null for a group without patches. */
  readonly groupShare: readonly (readonly number[] | null)[];
  /** That over even attention: share (N - 1) / (patches of the group that answers, less the one that asks); null where there are none. */
  readonly groupRatio: readonly (readonly (number | null)[])[];
  /** Patches that attend to no other patch, which are left out. */
  readonly silent: number;
}

/**
 * Key side, query side and shares of groups (definitions.md, "Keypoints and attention").
 * @param weights w, summing to 1; null for a picture without keypoints.
 * @param groups group of each patch.
 */
export function headKeypoints(rows: PatchRows, weights: Float64Array | null, groups: Uint8Array): HeadKeypoints {
  const { patches, sums } = rows;
  const shares = GROUPS.map(() => new Float64Array(GROUPS.length));
  const asking = GROUPS.map(() => 0);
  const sizes = GROUPS.map((_, group) => groups.filter((own) => own === group).length);
  let silent = 0;
  let keys = 0;
  let even = 0;
  let entropies = 0;
  let weight = 0;
  for (let i = 0; i < patches; i++) {
    const row = i * ROW_LENGTH;
    if (sums[row + ROW.factor] === 0) {
      silent++;
      continue;
    }
    const own = weights?.[i] ?? 0;
    keys += sums[row + ROW.weighted] ?? 0;
    even += (1 - own) / (patches - 1);
    entropies += own * (sums[row + ROW.entropy] ?? 0);
    weight += own;
    const group = groups[i] ?? 0;
    asking[group] = (asking[group] ?? 0) + 1;
    const onGroups = shares[group];
    if (onGroups === undefined) continue;
    for (let k = 0; k < onGroups.length; k++) onGroups[k] = (onGroups[k] ?? 0) + (sums[row + ROW.groups + k] ?? 0);
  }
  const groupShare = shares.map((onGroups, group) => {
    const askers = asking[group] ?? 0;
    return askers > 0 ? Array.from(onGroups, (sum) => sum / askers) : null;
  });
  return {
    keySide: weights !== null && even > 0 ? keys / even : null,
    querySide: weight > 0 && patches > 2 ? entropies / weight / Math.log(patches - 1) : null,
    groupShare,
    groupRatio: groupShare.map((row, group) =>
      sizes.map((size, answering) => {
        const answerers = size - Number(group === answering);
        return row === null || answerers <= 0 ? null : ((row[answering] ?? 0) * (patches - 1)) / answerers;
      }),
    ),
    silent,
  };
}
