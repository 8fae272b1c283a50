import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { tapOutput } from '../../../../src/core/inference/build-graph.js';
import { NO_EDITS } from '../../../../src/core/inference/edits.js';
import { nearestKeys } from '../../../../src/core/analysis/image/nearest-keys.js';
import { FIXTURES } from '../../support/fixtures.js';
import { largestDifference } from './support/differences.js';
import { readNpz } from './support/npz.js';
import { withModel } from './support/opened-model.js';
import { attentionOutput, recomputeAttention } from './support/recompute.js';

const CHECKPOINT = path.join(FIXTURES, 'checkpoints/hf_vit');
const pixels = readNpz(path.join(FIXTURES, 'forward/reference/hf_vit.npz')).get('pixels') ?? {
  shape: [],
  values: new Float32Array(),
};
const layer = 1;

describe('edited models', () => {
  it('give what the recomputed attention gives when nothing is edited', async () => {
    await withModel(CHECKPOINT, {}, async (opened) => {
      const { output, built } = await opened.run(pixels.values, pixels.shape);
      const input = output(tapOutput('attention-input', layer));
      const attention = await recomputeAttention(opened, layer, built.grid, input);
      const expected = await attentionOutput(opened, layer, input, attention);
      expect(largestDifference(output(tapOutput('attention-output', layer)), expected)).toBeLessThan(1e-5);
    });
  });

  it('attend evenly in heads whose queries are nothing', async () => {
    await withModel(CHECKPOINT, {}, async (opened) => {
      const { width } = opened.forward;
      const nothing = { layer, weight: new Float32Array(width * width), bias: new Float32Array(width) };
      const plain = await opened.run(pixels.values, pixels.shape);
      const edited = await opened.run(pixels.values, pixels.shape, { ...NO_EDITS, queries: [nothing] });
      const input = plain.output(tapOutput('attention-input', layer));
      expect(edited.output(tapOutput('attention-input', layer))).toEqual(input);
      const even = new Float32Array(4 * 17 * 17).fill(1 / 17);
      const expected = await attentionOutput(opened, layer, input, even);
      expect(largestDifference(edited.output(tapOutput('attention-output', layer)), expected)).toBeLessThan(1e-5);
      expect(largestDifference(edited.output('logits'), plain.output('logits'))).toBeGreaterThan(1e-3);
    });
  });

  it('attend to the nearest keys only', async () => {
    await withModel(CHECKPOINT, {}, async (opened) => {
      const edited = await opened.run(pixels.values, pixels.shape, { ...NO_EDITS, nearestKeys: 3 });
      const input = edited.output(tapOutput('attention-input', layer));
      const all = await recomputeAttention(opened, layer, edited.built.grid, input);
      const kept = new Float32Array(all.length);
      for (let head = 0; head < 4; head++) {
        const size = 17 * 17;
        kept.set(nearestKeys(all.subarray(head * size, (head + 1) * size), 17, 3).attention, head * size);
      }
      const expected = await attentionOutput(opened, layer, input, kept);
      expect(largestDifference(edited.output(tapOutput('attention-output', layer)), expected)).toBeLessThan(1e-5);
    });
  });

  it('are what they were, to the last bit, when every key is near', async () => {
    await withModel(CHECKPOINT, {}, async ({ run }) => {
      const plain = await run(pixels.values, pixels.shape);
      const edited = await run(pixels.values, pixels.shape, { ...NO_EDITS, nearestKeys: 17 });
      expect(edited.output('logits')).toEqual(plain.output('logits'));
    });
  });
});
