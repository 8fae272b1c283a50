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

/** Mean over heads, of which only the sum is held; of a patch whose row is NaN in some heads, over the others. */
export class MeanPatchAttention {
  #facts: Pick<PatchAttention, 'variant' | 'patches' | 'prefix'> | null = null;
  #countsPrefix = false;
  #shares = new Float64Array();
  #prefixShares = new Float64Array();
  /** Heads in which the row of a patch is no NaN. */
  #counts = new Int32Array();

  add(head: PatchAttention): void {
    const { variant, patches, prefix, shares, prefixShares } = head;
    if (this.#facts === null) {
      this.#facts = { variant, patches, prefix };
      this.#countsPrefix = prefixShares !== null;
      this.#shares = new Float64Array(shares.length);
      this.#prefixShares = new Float64Array(patches);
      this.#counts = new Int32Array(patches);
    }
    for (let i = 0; i < patches; i++) {
      // A row is NaN as a whole or not at all.
      if (Number.isNaN(shares[i * patches])) continue;
      this.#counts[i] = (this.#counts[i] ?? 0) + 1;
      this.#prefixShares[i] = (this.#prefixShares[i] ?? 0) + (prefixShares?.[i] ?? 0);
      for (let at = i * patches; at < (i + 1) * patches; at++)
        this.#shares[at] = (this.#shares[at] ?? 0) + (shares[at] ?? 0);
    }
  }

  /** Null for no heads. */
  get mean(): PatchAttention | null {
    if (this.#facts === null) return null;
    const { patches } = this.#facts;
    const count = (patch: number): number => this.#counts[patch] ?? 0;
    return {
      ...this.#facts,
      shares: this.#shares.map((sum, at) => sum / count(Math.floor(at / patches))),
      prefixShares: this.#countsPrefix ? this.#prefixShares.map((sum, patch) => sum / count(patch)) : null,
    };
  }
}
