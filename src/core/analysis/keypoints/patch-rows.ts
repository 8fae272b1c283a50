/** What patches attend to among the other patches: attention without prefix tokens and self, a row divided by its sum when it is used. */
export interface PatchRows {
  /** (prefix + patches, prefix + patches): row i is what token i attends to. */
  readonly attention: Float32Array;
  readonly prefix: number;
  readonly patches: number;
  /** 1 / (what patch i attends to among the other patches); 0 for a patch that attends to none of them, which is left out of every figure. */
  readonly factors: Float64Array;
}

/** Nothing is copied of the attention, so that no second matrix is held. */
export function patchRows(attention: Float32Array, prefix: number, patches: number): PatchRows {
  const count = prefix + patches;
  if (attention.length !== count * count)
    throw new Error(`the attention of ${count} tokens has ${attention.length} numbers`);
  const factors = new Float64Array(patches);
  for (let i = 0; i < patches; i++) {
    const start = (prefix + i) * count + prefix;
    let sum = 0;
    for (let j = 0; j < patches; j++) sum += attention[start + j] ?? 0;
    // What the patch attends to in itself is taken off before, not after: it may be nearly all.
    const self = attention[start + i] ?? 0;
    if (self > sum / 2) {
      sum = 0;
      for (let j = 0; j < patches; j++) if (j !== i) sum += attention[start + j] ?? 0;
    } else sum -= self;
    factors[i] = sum > 0 ? 1 / sum : 0;
  }
  return { attention, prefix, patches, factors };
}
