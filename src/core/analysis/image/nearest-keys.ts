/** Attention with only the nearest keys of each token, and what that leaves out. */
export interface NearestKeys {
  /** (count, count): softmax over the k largest scores of each row, 0 elsewhere. */
  readonly attention: Float32Array;
  /** Attention mass of each row outside its k largest, before. */
  readonly outside: Float64Array;
  /** Mean of `outside` over the rows. */
  readonly meanOutside: number;
}

/**
 * k-NN attention (KVT, arXiv 2106.00515): each row keeps its k largest scores, and the softmax is taken over those.
 * That is the same as dividing the k largest attentions by their sum. Of equal ones the first keys are kept, so that a row keeps k.
 * @param attention (count, count).
 */
export function nearestKeys(attention: Float32Array, count: number, k: number): NearestKeys {
  const kept = new Float32Array(attention.length);
  const outside = new Float64Array(count);
  const sorted = new Float32Array(count);
  const last = Math.max(0, count - Math.max(1, k));
  for (let i = 0; i < count; i++) {
    const row = attention.subarray(i * count, (i + 1) * count);
    sorted.set(row);
    sorted.sort();
    const limit = sorted[last] ?? 0;
    let ties = 0;
    for (let j = last; j < count && sorted[j] === limit; j++) ties++;
    let inside = 0;
    let rest = 0;
    for (let j = 0; j < count; j++) {
      const value = row[j] ?? 0;
      const keeps = value > limit || (value === limit && ties-- > 0);
      if (keeps) {
        kept[i * count + j] = value;
        inside += value;
      } else rest += value;
    }
    outside[i] = rest / (inside + rest);
    for (let j = i * count; j < (i + 1) * count; j++) kept[j] = (kept[j] ?? 0) / inside;
  }
  return { attention: kept, outside, meanOutside: outside.reduce((sum, value) => sum + value, 0) / count };
}
