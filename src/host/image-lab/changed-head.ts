import { attention } from '../../core/analysis/image/attention.js';
import type { Tokens } from '../../core/analysis/image/head-weights.js';
import { nearestKeys } from '../../core/analysis/image/nearest-keys.js';
import type { Products } from '../../core/analysis/image/products.js';
import { withPrompt } from '../../core/analysis/keypoints/prompt.js';
import { headAttention, meetingOf } from './head-attention.js';
import type { LayerParts } from './layer-parts.js';
import type { Rerun } from './picture-change.js';

/**
 * Attention of one head of a layer of the changed model, (tokens, tokens).
 * @param before weights of the layer as they are.
 * @param after the tokens that enter the layer in the changed model.
 */
export function changedHead(
  products: Products,
  before: LayerParts,
  after: Tokens,
  rerun: Rerun,
  head: number,
): Float32Array {
  const layer = before.spec.index;
  const changed = rerun.heads?.layer === layer ? { ...before.attention, heads: rerun.heads.weights } : before.attention;
  const nearest = rerun.edits.nearestKeys;
  const found = ((): Float32Array => {
    if (rerun.prompt === null) return headAttention(products, changed, head, after);
    const added = rerun.prompt[layer]?.subarray(head * after.count, (head + 1) * after.count);
    if (added === undefined) throw new Error(`the prompt has no layer ${layer}`);
    return attention(products, meetingOf(products, changed, head, after), withPrompt(changed.bias(head), added));
  })();
  return nearest === null ? found : nearestKeys(found, after.count, nearest).attention;
}
