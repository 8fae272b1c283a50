import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { tapOutput } from '../../../../src/core/inference/build-graph.js';
import { NO_EDITS, PROMPTABLE } from '../../../../src/core/inference/edits.js';
import { promptScores } from '../../../../src/core/analysis/keypoints/prompt.js';
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

  it.each(['hf_vit', 'hf_beit', 'hf_dinov3', 'timm_eva02_fused', 'hf_clip', 'hf_siglip'])(
    'are what they were, to the last bit, when nothing is added to the scores: %s',
    async (name) => {
      const reference = readNpz(path.join(FIXTURES, `forward/reference/${name}.npz`)).get('pixels');
      if (reference === undefined) throw new Error('no pixels');
      await withModel(path.join(FIXTURES, 'checkpoints', name), {}, async ({ run, model }) => {
        const plain = await run(reference.values, reference.shape);
        const prompted = await run(reference.values, reference.shape, PROMPTABLE);
        const { outputs, tokens } = plain.built;
        expect(prompted.built.promptHeads).toEqual(model.layers.map(({ heads }) => heads));
        for (const output of outputs) expect(prompted.output(output)).toEqual(plain.output(output));
        const added = model.layers.map(({ heads }) => Float32Array.from({ length: heads * tokens }, (_, at) => at % 5));
        const moved = await run(reference.values, reference.shape, PROMPTABLE, added);
        expect(moved.output('tokens')).not.toEqual(plain.output('tokens'));
      });
    },
  );

  it('attend as the probabilities say when those of one head are weighted anew', async () => {
    await withModel(CHECKPOINT, {}, async (opened) => {
      const shape = { heads: [4, 4], prefix: 1, patches: 16 };
      const guide = Float64Array.from({ length: 16 }, (_, patch) => patch / 15);
      const scores = promptScores({ kind: 'reweight', strength: 4, guide }, { layers: [layer], heads: [2] }, shape);
      const edited = await opened.run(pixels.values, pixels.shape, PROMPTABLE, scores);
      const input = edited.output(tapOutput('attention-input', layer));
      const weighted = await recomputeAttention(opened, layer, edited.built.grid, input);
      for (let row = 2 * 17; row < 3 * 17; row++) {
        const own = weighted.subarray(row * 17, (row + 1) * 17);
        guide.forEach((value, patch) => (own[1 + patch] = (own[1 + patch] ?? 0) * (1 + 4 * value)));
        const sum = own.reduce((all, value) => all + value, 0);
        own.forEach((value, key) => (own[key] = value / sum));
      }
      const expected = await attentionOutput(opened, layer, input, weighted);
      expect(largestDifference(edited.output(tapOutput('attention-output', layer)), expected)).toBeLessThan(1e-5);
    });
  });
});
