import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LayerFigures } from '../../../../src/core/analysis/figures.js';
import { FIXTURES, withCheckpoint } from '../../support/analyse.js';
import { openFixture } from '../../support/read-all.js';

/** Figures of the first model of a case, raw. */
async function figuresOf(name: string): Promise<LayerFigures[]> {
  return withCheckpoint(path.join(FIXTURES, 'checkpoints', name), {}, async (analysed) => {
    const [model] = analysed.recognition.models;
    if (model === undefined) throw new Error(`${name} was not recognised`);
    return analysed.figures(model, 'raw');
  });
}

/** A float16 by its definition. */
function half(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const size = exponent === 0 ? (bits & 1023) * 2 ** -24 : (1 + (bits & 1023) / 1024) * 2 ** (exponent - 15);
  return bits >> 15 === 0 ? size : -size;
}

describe('the noise of quantised weights', () => {
  it('is the step of each block: root of the mean of step^2 / 12', async () => {
    const layers = await figuresOf('gguf_q8_0');
    const { index, source } = await openFixture('checkpoints/gguf_q8_0/mmproj.gguf');
    for (const [layer, figures] of layers.entries()) {
      const tensor = index.tensors.find(({ name }) => name === `v.blk.${String(layer)}.attn_q.weight`);
      if (tensor === undefined) throw new Error('no query weight');
      // 32 rows of one block each; a head has 8 rows.
      const bytes = await source.read(tensor.offset, tensor.byteLength);
      const steps = Array.from({ length: 32 }, (_, row) =>
        half((bytes[row * 34] ?? 0) | ((bytes[row * 34 + 1] ?? 0) << 8)),
      );
      for (const [head, { roundingNoise }] of figures.heads.entries()) {
        const own = steps.slice(head * 8, head * 8 + 8);
        const expected = Math.sqrt(own.reduce((sum, step) => sum + step ** 2, 0) / own.length / 12);
        expect(roundingNoise.query / expected).toBeCloseTo(1, 12);
      }
    }
  });

  it('is what really parts the quantised weights from the float32 ones, and turns modes as predicted', async () => {
    const exact = await figuresOf('gguf_f32');
    const quantised = await figuresOf('gguf_q8_0');
    const heads = quantised.flatMap((layer) => layer.heads);
    const noise = heads.map(({ roundingNoise }) => roundingNoise.query);
    const spread = exact.flatMap((layer) => layer.heads).map(({ roundingNoise }) => roundingNoise.query);
    // 8 bits a block of 32 normal numbers against 24 bits.
    expect(Math.min(...noise) / Math.max(...spread)).toBeGreaterThan(1e4);
    const angles = heads.flatMap(({ angle }) => [...angle]);
    expect(Math.max(...angles)).toBeLessThan(0.5);
    expect(Math.min(...angles)).toBeGreaterThan(1e-4);
  });
});
