import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { modesOnImage } from '../../../../../src/core/analysis/image/modes-on-image.js';
import { Products } from '../../../../../src/core/analysis/image/products.js';
import { tapOutput } from '../../../../../src/core/inference/build-graph.js';
import { readLayerAttention } from '../../../../../src/core/inference/layer-attention.js';
import { layerShape } from '../../../../../src/core/inference/layer-shapes.js';
import { rowInWindow, tokenGroups } from '../../../../../src/core/inference/windows.js';
import { headAttention, meetingOf } from '../../../../../src/host/image-lab/head-attention.js';
import { readTokenNorm } from '../../../../../src/host/image-lab/token-norm.js';
import { FIXTURES } from '../../../support/fixtures.js';
import { withModel } from '../../inference/support/opened-model.js';
import { readNpz } from '../../inference/support/npz.js';
import { modesOf } from './reference.js';

const products = new Products();
const FOLDER = path.join(FIXTURES, 'forward/windows');

const average = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const varianceOf = (values: readonly number[]) => {
  const middle = average(values);
  return average(values.map((value) => (value - middle) ** 2));
};

describe('modes of a head whose tokens attend within windows', () => {
  // Moved windows of a grid that is no multiple of them, and windows of Segment Anything; layers 1 and 3 of the first are moved.
  it.each([
    ['timm', 1],
    ['timm', 3],
    ['sam_transformers', 0],
  ] as const)(
    'contribute to the scores of pairs that attend to each other, and to no others: %s, layer %i',
    async (name, layer) => {
      const pixels = readNpz(path.join(FOLDER, name, 'expected.npz')).get('pixels');
      if (pixels === undefined) throw new Error('no pixels');
      const checkpoint = path.join(FOLDER, name, name === 'timm' ? 'model.safetensors' : '');
      await withModel(checkpoint, {}, async ({ forward, model, run, sourceOf }) => {
        const ran = await run(pixels.values, pixels.shape);
        const { tokens: count, width, windows } = layerShape(forward, ran.built.grid, layer);
        const spec = model.layers[layer];
        const parts = await readLayerAttention(forward, layer, ran.built.grid, sourceOf);
        const head = parts.heads[0];
        if (windows === null || head === undefined || spec === undefined) throw new Error('no windows');
        const tokens = { values: ran.output(tapOutput('attention-input', layer)), count, width, prefix: 0 };
        const norm = await readTokenNorm(spec, sourceOf);
        const found = modesOnImage(
          products,
          tokens,
          head,
          norm,
          modesOf(head, 'folded', norm ?? undefined),
          tokenGroups(windows),
        );

        // Which tokens meet is seen in the attention itself; a share beyond any score is that of a pair that is kept apart.
        const attention = headAttention(products, parts, 0, tokens);
        const bare = meetingOf(products, { ...parts, widening: null, windows: null }, 0, tokens);
        const meets = Array.from({ length: count }, (_, i) => {
          const row = rowInWindow(windows, attention, i);
          return Array.from(row.keys()).filter((j) => (row[j] ?? 0) > 1e-20);
        });
        const overPairs = (score: (i: number, j: number) => number): number =>
          average(meets.map((keys, i) => varianceOf(keys.map((j) => score(i, j)))));
        const { queries, keys, size, scale } = bare;
        const product = (i: number, j: number): number => {
          let sum = 0;
          for (let d = 0; d < size; d++) sum += (queries[i * size + d] ?? NaN) * (keys[j * size + d] ?? NaN);
          return scale * sum;
        };
        expect(found.scoreVariance / overPairs(product)).toBeCloseTo(1, 9);
        const { sigma } = modesOf(head, 'folded', norm ?? undefined);
        for (const { first, last, contribution } of found.entries) {
          expect(last).toBe(first);
          const part = (i: number, j: number): number =>
            scale *
            (sigma[first] ?? NaN) *
            (found.queryMaps[first * count + i] ?? NaN) *
            (found.keyMaps[first * count + j] ?? NaN);
          expect(contribution / overPairs(part)).toBeCloseTo(1, 9);
        }
        // The key bias of a key is told from the others of its window.
        expect(found.keyBias.contribution / overPairs((_, j) => found.keyBiasMap[j] ?? NaN)).toBeCloseTo(1, 9);
        expect(Math.abs(average(meets[0]?.map((j) => found.keyBiasMap[j] ?? NaN) ?? []))).toBeLessThan(1e-12);
        // Over all pairs it is another number.
        const all = modesOnImage(products, tokens, head, norm, modesOf(head, 'folded', norm ?? undefined));
        expect(Math.abs(all.scoreVariance / found.scoreVariance - 1)).toBeGreaterThan(1e-3);
      });
    },
  );
});
