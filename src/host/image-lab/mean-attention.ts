/** Gives the attention of every head of a layer, (tokens, tokens). */
export type EachHead = (layer: number, use: (head: number, attention: Float32Array) => void) => Promise<void>;

/** Mean over the heads of a layer's attention, (tokens, tokens). */
export async function meanAttention(layer: number, tokens: number, each: EachHead): Promise<Float32Array> {
  const mean = new Float32Array(tokens * tokens);
  let heads = 0;
  await each(layer, (_, attention) => {
    heads++;
    for (let at = 0; at < mean.length; at++) mean[at] = (mean[at] ?? 0) + (attention[at] ?? 0);
  });
  for (let at = 0; at < mean.length; at++) mean[at] = (mean[at] ?? 0) / heads;
  return mean;
}
