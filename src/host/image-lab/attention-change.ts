import { setImmediate } from 'node:timers/promises';
import type { Tokens } from '../../core/analysis/image/head-weights.js';
import { nearestKeys } from '../../core/analysis/image/nearest-keys.js';
import type { Products } from '../../core/analysis/image/products.js';
import { placesOf, type WindowLayout } from '../../core/inference/windows.js';
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
    variation += totalVariation(
      own,
      changedHead(products, before, after, rerun, head),
      after,
      before.attention.windows,
    );
  }
  return { attentionChange: variation / heads, massOutside: nearest === null ? null : outside / heads };
}

/** Mean over the patches; places of windows without a token are left out as those that ask. */
function totalVariation(
  one: Float32Array,
  other: Float32Array,
  { count, prefix }: Tokens,
  windows: WindowLayout | null,
): number {
  const keys = windows === null ? count : placesOf(windows);
  let sum = 0;
  for (let token = prefix; token < count; token++) {
    const start = (windows?.places[token] ?? token) * keys;
    for (let at = start; at < start + keys; at++) sum += Math.abs((one[at] ?? 0) - (other[at] ?? 0));
  }
  return sum / 2 / (count - prefix);
}
