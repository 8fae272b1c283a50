import { rm } from 'node:fs/promises';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { InferenceSession } from '../../../../src/host/inference/inference-session.js';
import { relativeDifference } from '../../core/inference/support/differences.js';
import { withModel } from '../../core/inference/support/opened-model.js';
import { attentionOutput, recomputeAttention } from '../../core/inference/support/recompute.js';
import { loadParams } from './support/load-params.js';
import { bundleProcess } from './support/process-bundle.js';

const SAMPLE = path.join(import.meta.dirname, '../../../../media/sample');
const SIDE = 224;
const MEAN = [0.485, 0.456, 0.406];
const DEVIATION = [0.229, 0.224, 0.225];
const never = new AbortController().signal;

/** A photo of the sample as the model takes it. */
async function photo(name: string): Promise<Float32Array> {
  const resized = sharp(path.join(SAMPLE, 'images', name))
    .removeAlpha()
    .resize(SIDE, SIDE, { fit: 'fill' });
  const bytes = await resized.raw().toBuffer();
  return Float32Array.from({ length: 3 * SIDE * SIDE }, (_, at) => {
    const colour = Math.floor(at / (SIDE * SIDE));
    const value = (bytes[(at % (SIDE * SIDE)) * 3 + colour] ?? 0) / 255;
    return (value - (MEAN[colour] ?? 0)) / (DEVIATION[colour] ?? 1);
  });
}

let processFile = '';
beforeAll(async () => {
  processFile = await bundleProcess();
});
afterAll(() => rm(path.dirname(processFile), { recursive: true, force: true }));

describe('the sample on a photo', () => {
  it('runs at a size that its positions are interpolated to, and its attention is found again from taps and weights', async () => {
    const pixels = await photo('coffee.png');
    const session = new InferenceSession(await loadParams(SAMPLE, [SIDE, SIDE]), { processFile, idleMs: 60_000 });
    try {
      const loaded = await session.load(never);
      expect(loaded).toMatchObject({ grid: [16, 16], tokens: 257, layers: 12, copiedBytes: 0 });
      const run = await session.run(pixels, never);
      expect(run.nonFinite).toBeNull();
      // 44 MB of float16 weights are 88 MB as float32.
      expect(run.peakBytes).toBeLessThan(400e6);
      await withModel(SAMPLE, {}, async (opened) => {
        for (const layer of [0, 5, 11]) {
          const input = await run.tap('attention-input', layer, never);
          const attention = await recomputeAttention(opened, layer, loaded.grid, input);
          const output = await attentionOutput(opened, layer, input, attention);
          const own = await run.tap('attention-output', layer, never);
          expect(relativeDifference(output, own), `layer ${layer}`).toBeLessThan(1e-5);
        }
      });
    } finally {
      await session.dispose();
    }
  }, 60_000);
});
