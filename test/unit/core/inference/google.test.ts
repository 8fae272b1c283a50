import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { FIXTURES } from '../../support/fixtures.js';
import { relativeDifference } from './support/differences.js';
import { readNpz } from './support/npz.js';
import { withModel } from './support/opened-model.js';

const FOLDER = path.join(FIXTURES, 'forward/google');

describe("models under Google's names, against what Transformers computes with the same weights", () => {
  it.each([
    ['map', 'pooled', 'approximation with tanh'],
    ['sines', 'pooled', 'big_vision computes from sines'],
    ['pre_logits', 'logits', 'as timm and Transformers run such weights'],
  ])('%s: tokens and %s', async (name, output, assumed) => {
    const golden = readNpz(path.join(FOLDER, `${name}_expected.npz`));
    await withModel(path.join(FOLDER, `${name}.npz`), {}, async ({ run, forward }) => {
      expect(forward.assumptions.map(({ text }) => text).join()).toContain(assumed);
      for (const size of ['own', 'other']) {
        const pixels = golden.get(`pixels_${size}`);
        const ran = await run(pixels?.values ?? new Float32Array(), pixels?.shape ?? []);
        for (const each of ['tokens', output]) {
          const expected = golden.get(`${each}_${size}`)?.values ?? new Float32Array();
          expect(relativeDifference(ran.output(each), expected), `${each} ${size}`).toBeLessThan(1e-5);
        }
      }
    });
  });

  it('copies what is compressed, and nothing that lies as it is', async () => {
    const copied = async (name: string): Promise<number> => {
      const pixels = new Float32Array(3 * 12 * 12);
      return withModel(path.join(FOLDER, `${name}.npz`), {}, async ({ run }) => {
        const { built } = await run(pixels, [1, 3, 12, 12]);
        return built.copyBytes;
      });
    };
    expect(await copied('pre_logits')).toBe(0);
    expect(await copied('map')).toBeGreaterThan(20_000);
  });
});
