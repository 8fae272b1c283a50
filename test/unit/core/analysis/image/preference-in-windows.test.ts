import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type KeyVariant, MeanPatchAttention } from '../../../../../src/core/analysis/image/patch-attention.js';
import { patchLabels } from '../../../../../src/core/analysis/image/patch-labels.js';
import { preference } from '../../../../../src/core/analysis/image/preference.js';
import { preferenceBand } from '../../../../../src/core/analysis/image/preference-band.js';
import { Products } from '../../../../../src/core/analysis/image/products.js';
import { tapOutput } from '../../../../../src/core/inference/build-graph.js';
import { readLayerAttention } from '../../../../../src/core/inference/layer-attention.js';
import { layerShape, tokenSide } from '../../../../../src/core/inference/layer-shapes.js';
import { windowedPatchAttention } from '../../../../../src/core/inference/windowed-figures.js';
import { placesOf, rowInWindow, windowLayout } from '../../../../../src/core/inference/windows.js';
import { headAttention } from '../../../../../src/host/image-lab/head-attention.js';
import { FIXTURES } from '../../../support/fixtures.js';
import { readNpz } from '../../inference/support/npz.js';
import { withModel } from '../../inference/support/opened-model.js';

const VARIANTS = ['without-prefix', 'without-prefix-and-self', 'all'] as const satisfies readonly KeyVariant[];
const FOLDER = path.join(FIXTURES, 'forward/windows/timm');

describe('attention preference within windows', () => {
  // Moved windows of grids that are no multiple of them; the second is of merged patches.
  it.each([1, 3])(
    'is that of the rows of attention, to the tokens that a token can attend to: layer %i',
    async (layer) => {
      const pixels = readNpz(path.join(FOLDER, 'expected.npz')).get('pixels');
      if (pixels === undefined) throw new Error('no pixels');
      await withModel(path.join(FOLDER, 'model.safetensors'), {}, async ({ forward, run, sourceOf }) => {
        const ran = await run(pixels.values, pixels.shape);
        const { tokens: count, width, windows, grid } = layerShape(forward, ran.built.grid, layer);
        if (windows === null) throw new Error('no windows');
        const parts = await readLayerAttention(forward, layer, ran.built.grid, sourceOf);
        const tokens = { values: ran.output(tapOutput('attention-input', layer)), count, width, prefix: 0 };
        const attention = headAttention(new Products(), parts, 0, tokens);
        const labels = Int32Array.from({ length: count }, (_, token) => [0, 1, 1, 2, 0][(token * 7) % 5] ?? 0);
        for (const variant of VARIANTS) {
          const selfless = variant === 'without-prefix-and-self';
          const shares = [0, 0, 0];
          const evenly = [0, 0, 0];
          let rows = 0;
          for (let i = 0; i < count; i++) {
            if (labels[i] !== 1) continue;
            const row = rowInWindow(windows, attention, i);
            const keys = [...row.keys()].filter((j) => (row[j] ?? 0) > 1e-20 && !(selfless && j === i));
            if (keys.length === 0) continue;
            rows++;
            const sum = keys.reduce((all, j) => all + (row[j] ?? NaN), 0);
            for (const j of keys) {
              const label = labels[j] ?? NaN;
              shares[label] = (shares[label] ?? NaN) + (row[j] ?? NaN) / sum;
              evenly[label] = (evenly[label] ?? NaN) + 1 / keys.length;
            }
          }
          const found = preference(windowedPatchAttention(attention, windows, variant), labels, 1);
          expect(found?.patches).toBe(rows);
          for (const label of [0, 1, 2]) {
            const own = found?.regions.get(label);
            expect(own?.share).toBeCloseTo((shares[label] ?? NaN) / rows, 12);
            expect(own?.ratio).toBeCloseTo((shares[label] ?? NaN) / (evenly[label] ?? NaN), 12);
          }
          expect(found?.prefix ?? null).toEqual(variant === 'all' ? { share: 0, ratio: null } : null);
        }
        const mean = new MeanPatchAttention();
        const one = windowedPatchAttention(attention, windows, 'without-prefix');
        mean.add(one);
        mean.add(one);
        expect(mean.mean).toEqual(one);
        expect(preferenceBand(one, labels, grid, 1)?.shifts).toBe(Math.min(255, count - 1));
      });
    },
  );

  it.each(VARIANTS)('is 1 everywhere for even attention, however labels lie in the windows: %s', (variant) => {
    const rule = { side: 4, shifted: true, fill: 'after-shift', unmoved: 'axis', larger: 'refused' } as const;
    const layout = windowLayout(rule, [9, 11]);
    const even = new Float32Array(layout.count * placesOf(layout) ** 2).fill(1 / 16);
    const labels = Int32Array.from({ length: 99 }, (_, token) => Number(token % 11 < 5) + Number(token > 80));
    const found = preference(windowedPatchAttention(even, layout, variant), labels, 1);
    for (const label of [0, 1, 2]) expect(found?.regions.get(label)?.ratio).toBeCloseTo(1, 12);
    const sum = [...(found?.regions.values() ?? [])].reduce((all, { share }) => all + share, 0);
    expect(sum).toBeCloseTo(1, 12);
  });
});

describe('labels of tokens that stand for several patches', () => {
  it('are those of more than half of their pixels, at an edge of those in the picture', () => {
    const labels = Int32Array.from([1, 1, 2, 1, 0, 2, 0, 0, 2]);
    const found = patchLabels({ width: 3, height: 3, labels }, 2, [2, 2]);
    expect([...found]).toEqual([1, 2, 0, 2]);
  });

  it('are of so many pixels as the patches were merged into', async () => {
    await withModel(path.join(FOLDER, 'model.safetensors'), {}, ({ forward }) => {
      expect(forward.blocks.map((_, layer) => tokenSide(forward, layer))).toEqual([2, 2, 4, 4]);
      return Promise.resolve();
    });
  });
});
