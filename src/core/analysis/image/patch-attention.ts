/** Which keys count, as `--keys` names them: rows are taken to sum to 1 over them. */
export type KeyVariant = 'without-prefix' | 'without-prefix-and-self' | 'all';

/** What each patch attends to, among the keys of a variant. */
export interface PatchAttention {
  readonly variant: KeyVariant;
  /** (patches, patches); with `prefixShares` each row sums to 1. A row that attends to no key of the variant is NaN. */
  readonly shares: Float64Array;
  /** What each patch attends to among the prefix tokens together; null where they do not count. */
  readonly prefixShares: Float64Array | null;
  readonly patches: number;
  readonly prefix: number;
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
  const shares = new Float64Array(patches * patches);
  const prefixShares = variant === 'all' ? new Float64Array(patches) : null;
  for (let i = 0; i < patches; i++) {
    const source = attention.subarray((prefix + i) * count, (prefix + i + 1) * count);
    const row = shares.subarray(i * patches, (i + 1) * patches);
    row.set(source.subarray(prefix));
    if (prefixShares !== null) {
      prefixShares[i] = source.subarray(0, prefix).reduce((sum, value) => sum + value, 0);
      continue;
    }
    if (variant === 'without-prefix-and-self') row[i] = 0;
    const sum = row.reduce((all, value) => all + value, 0);
    for (let j = 0; j < patches; j++) row[j] = (row[j] ?? 0) / sum;
  }
  return { variant, shares, prefixShares, patches, prefix };
}

/** Mean over heads; of a patch whose row is NaN in some heads, over the others. Null for no heads. */
export function meanPatchAttention(heads: readonly PatchAttention[]): PatchAttention | null {
  const [first] = heads;
  if (first === undefined) return null;
  const prefixes = heads.map((head) => head.prefixShares).filter((shares) => shares !== null);
  return {
    ...first,
    shares: meanOf(heads.map((head) => head.shares)),
    prefixShares: prefixes.length === heads.length ? meanOf(prefixes) : null,
  };
}

function meanOf(arrays: readonly Float64Array[]): Float64Array {
  const length = arrays[0]?.length ?? 0;
  const sums = new Float64Array(length);
  const counts = new Int32Array(length);
  for (const array of arrays) {
    for (let at = 0; at < length; at++) {
      const value = array[at] ?? NaN;
      if (Number.isNaN(value)) continue;
      sums[at] = (sums[at] ?? 0) + value;
      counts[at] = (counts[at] ?? 0) + 1;
    }
  }
  return sums.map((sum, at) => sum / (counts[at] ?? 0));
}
