import * as l10n from '@vscode/l10n';
import { setImmediate } from 'node:timers/promises';
import { rollBack } from '../../core/analysis/image/rollout.js';
import { CheckpointError } from '../../core/errors.js';
import { type EachHead, meanAttention } from './mean-attention.js';

/** Tokens beyond which rollout is not made for all of them at once: 4.8 MB of shares, 1.3 billion products a layer. */
const MAX_TOKENS = 1_100;

/** Rows that are rolled back at a time, so that others get their turn. */
const ROWS = 32;

/**
 * Attention rolled out over all layers: what each token takes from the input tokens, (tokens, tokens).
 * @param each gives the attention of every head of a layer.
 * @throws CheckpointError `limit` for more tokens than that is made for.
 */
export async function rollOut(
  layers: number,
  count: number,
  each: EachHead,
  progress: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<Float32Array> {
  if (count > MAX_TOKENS) {
    const problem = l10n.t('it has {0} tokens, and rollout is made for {1} at most', count, MAX_TOKENS);
    throw new CheckpointError('limit', l10n.t('the picture'), problem, l10n.t('choose a smaller size of the input'));
  }
  const relevance = new Float64Array(count * count);
  for (let i = 0; i < count; i++) relevance[i * count + i] = 1;
  for (let layer = layers - 1; layer >= 0; layer--) {
    progress(layers - 1 - layer, layers);
    const mean = await meanAttention(layer, count, each);
    for (let start = 0; start < relevance.length; start += ROWS * count) {
      await setImmediate(undefined, { signal });
      const rows = relevance.subarray(start, Math.min(relevance.length, start + ROWS * count));
      rows.set(rollBack(rows, mean, count));
    }
  }
  return Float32Array.from(relevance);
}
