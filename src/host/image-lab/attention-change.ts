import { setImmediate } from 'node:timers/promises';
import type { Tokens } from '../../core/analysis/image/head-weights.js';
import { nearestKeys } from '../../core/analysis/image/nearest-keys.js';
import type { Products } from '../../core/analysis/image/products.js';
import type { ImageTasks } from '../../protocol/image-worker.js';
import { changedHead } from './changed-head.js';
import { headAttention } from './head-attention.js';
import type { LayerParts } from './layer-parts.js';
import type { Rerun } from './picture-change.js';

/**
 * What a change does to the attention of a layer: mean over heads and patches of the total variation, half the sum of the magnitudes of the differences.
 * @param after the tokens that enter the layer in the changed model.
 */
export async function attentionChange(
  products: Products,
  before: LayerParts,
  after: Tokens,
  rerun: Rerun,
  signal: AbortSignal,
): Promise<ImageTasks['attention-change']['result']> {
  const nearest = rerun.edits.nearestKeys;
  const { heads } = before.spec;
  let variation = 0;
  let outside = 0;
  for (let head = 0; head < heads; head++) {
    await setImmediate(undefined, { signal });
    const own = headAttention(products, before.attention, head, before.tokens);
    if (nearest !== null) outside += nearestKeys(own, after.count, nearest).meanOutside;
    variation += totalVariation(own, changedHead(products, before, after, rerun, head), after);
  }
  return { attentionChange: variation / heads, massOutside: nearest === null ? null : outside / heads };
}

/** Mean over the patches. */
function totalVariation(one: Float32Array, other: Float32Array, { count, prefix }: Tokens): number {
  let sum = 0;
  for (let at = prefix * count; at < one.length; at++) sum += Math.abs((one[at] ?? 0) - (other[at] ?? 0));
  return sum / 2 / (count - prefix);
}
