/**
 * One step of attention rollout (Abnar and Zuidema, arXiv 2005.00928), from the last layer towards the first: R <- R (A + I) / 2.
 * Begin with the row of the identity of the token that is asked about, and take the layers backwards: then each costs as much as one product of a
 * row with its attention, and no two layers are in memory together.
 * @param relevance (rows, count), each row summing to 1.
 * @param attention (count, count), mean over the heads of the layer.
 */
export function rollBack(relevance: Float64Array, attention: Float32Array, count: number): Float64Array {
  const out = relevance.map((value) => value / 2);
  for (let start = 0; start < relevance.length; start += count) {
    for (let i = 0; i < count; i++) {
      const half = (relevance[start + i] ?? 0) / 2;
      if (half === 0) continue;
      for (let j = 0; j < count; j++) out[start + j] = (out[start + j] ?? 0) + half * (attention[i * count + j] ?? 0);
    }
  }
  return out;
}
