/** Which keys count, as `--keys` names them: rows are taken to sum to 1 over them. */
export type KeyVariant = 'without-prefix' | 'without-prefix-and-self' | 'all';

/** What each patch attends to, among the keys of a variant. */
export interface PatchAttention {
  readonly variant: KeyVariant;
  /** All patches are one group, unless they attend within windows. */
  readonly groups: readonly PatchGroup[];
  /** What each patch attends to among the prefix tokens together; null where they do not count. */
  readonly prefixShares: Float64Array | null;
  readonly patches: number;
  readonly prefix: number;
}

/** Patches that attend to each other, and to no other patches. */
interface PatchGroup {
  /** Their numbers, row by row in the picture. */
  readonly members: Int32Array;
  /** (members, members); with `prefixShares` each row sums to 1. A row that attends to no key of the variant is NaN. */
  readonly shares: Float64Array;
}

/**
 * Attention between patches, prefix tokens and the patch itself taken out or kept.
 * @param attention (prefix + patches, prefix + patches).
 */
export function patchAttention(
  attention: Float32Array,
  prefix: number,
  patches: number,
  variant: KeyVariant,
): PatchAttention {
  const count = prefix + patches;
  const members = Int32Array.from({ length: patches }, (_, patch) => patch);
  const shares = new Float64Array(patches * patches);
  const prefixShares = variant === 'all' ? new Float64Array(patches) : null;
  for (let i = 0; i < patches; i++) {
    const source = attention.subarray((prefix + i) * count, (prefix + i + 1) * count);
    const row = shares.subarray(i * patches, (i + 1) * patches);
    row.set(source.subarray(prefix));
    if (prefixShares === null) toShares(row, i, variant);
    else prefixShares[i] = source.subarray(0, prefix).reduce((sum, value) => sum + value, 0);
  }
  return { variant, groups: [{ members, shares }], prefixShares, patches, prefix };
}

/**
 * The same of patches that attend within windows and have no tokens in front. What falls on places that only fill up a window is taken out.
 * @param attentionOf what a member attends to of another, both by their places in the group.
 */
export function groupedPatchAttention(
  groups: readonly Int32Array[],
  attentionOf: (group: number, query: number, key: number) => number,
  variant: KeyVariant,
): PatchAttention {
  const patches = groups.reduce((sum, { length }) => sum + length, 0);
  return {
    variant,
    groups: groups.map((members, group) => {
      const count = members.length;
      const shares = new Float64Array(count * count);
      for (let i = 0; i < count; i++) {
        const row = shares.subarray(i * count, (i + 1) * count);
        for (let j = 0; j < count; j++) row[j] = attentionOf(group, i, j);
        toShares(row, i, variant);
      }
      return { members, shares };
    }),
    prefixShares: variant === 'all' ? new Float64Array(patches) : null,
    patches,
    prefix: 0,
  };
}

/** Makes a row sum to 1 over its keys, in place. */
function toShares(row: Float64Array, self: number, variant: KeyVariant): void {
  if (variant === 'without-prefix-and-self') row[self] = 0;
  const sum = row.reduce((all, value) => all + value, 0);
  for (let j = 0; j < row.length; j++) row[j] = (row[j] ?? 0) / sum;
}

/** Mean over heads, of which only the sum is held; of a patch whose row is NaN in some heads, over the others. */
export class MeanPatchAttention {
  #first: PatchAttention | null = null;
  #shares: readonly Float64Array[] = [];
  #prefixShares = new Float64Array();
  /** Heads in which the row of a patch is no NaN. */
  #counts = new Int32Array();

  add(head: PatchAttention): void {
    if (this.#first === null) {
      this.#first = head;
      this.#shares = head.groups.map(({ shares }) => new Float64Array(shares.length));
      this.#prefixShares = new Float64Array(head.patches);
      this.#counts = new Int32Array(head.patches);
    }
    for (const [group, { members, shares }] of head.groups.entries()) {
      const sums = this.#shares[group] ?? new Float64Array();
      for (const [i, patch] of members.entries()) {
        const start = i * members.length;
        // A row is NaN as a whole or not at all.
        if (Number.isNaN(shares[start])) continue;
        this.#counts[patch] = (this.#counts[patch] ?? 0) + 1;
        this.#prefixShares[patch] = (this.#prefixShares[patch] ?? 0) + (head.prefixShares?.[patch] ?? 0);
        for (let at = start; at < start + members.length; at++) sums[at] = (sums[at] ?? 0) + (shares[at] ?? 0);
      }
    }
  }

  /** Null for no heads. */
  get mean(): PatchAttention | null {
    if (this.#first === null) return null;
    const { groups, prefixShares } = this.#first;
    const count = (patch: number | undefined): number => this.#counts[patch ?? NaN] ?? 0;
    return {
      ...this.#first,
      groups: groups.map(({ members }, group) => ({
        members,
        shares: (this.#shares[group] ?? new Float64Array()).map(
          (sum, at) => sum / count(members[Math.floor(at / members.length)]),
        ),
      })),
      prefixShares: prefixShares === null ? null : this.#prefixShares.map((sum, patch) => sum / count(patch)),
    };
  }
}
