import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { Products } from '../../../../src/core/analysis/image/products.js';
import { tapOutput } from '../../../../src/core/inference/build-graph.js';
import { NO_EDITS } from '../../../../src/core/inference/edits.js';
import { layerShape } from '../../../../src/core/inference/layer-shapes.js';
import { recomputeLayer } from '../../../../src/core/inference/recompute-layer.js';
import { placesOf, rowInWindow, windowLayout, type WindowRule } from '../../../../src/core/inference/windows.js';
import { headAttention } from '../../../../src/host/image-lab/head-attention.js';
import { readLayerAttention } from '../../../../src/core/inference/layer-attention.js';
import { DoubleArithmetic } from '../../../../src/host/inference/double-arithmetic.js';
import { loadRuntime } from '../../../../src/host/inference/runtime.js';
import { FIXTURES } from '../../support/fixtures.js';
import { largestDifference, relativeDifference } from './support/differences.js';
import { type NpzArray, readNpz } from './support/npz.js';
import { withModel } from './support/opened-model.js';

const FOLDER = path.join(FIXTURES, 'forward/windows');
/** Models and the number of arrays that are known of them; those of which little is known are there for their names. */
const CASES: Readonly<Record<string, number>> = {
  timm_swin: 14,
  timm: 14,
  own_names: 2,
  torchvision: 10,
  transformers: 10,
  timm_v2: 14,
  timm_v2_ways: 2,
  transformers_v2: 10,
  sam: 10,
  sam_transformers: 10,
  sam_timm: 8,
  vitdet: 4,
  vitdet_transformers: 4,
};
const NOTHING: NpzArray = { shape: [], values: new Float32Array() };
const arithmetic = new DoubleArithmetic(await loadRuntime(), 1);
const products = new Products();

/** The checkpoint of a case: its own, or the one that has a case of its own among the checkpoints. */
function checkpointOf(name: string): string {
  if (name === 'timm_swin') return path.join(FIXTURES, 'checkpoints/timm_swin/swin.pth');
  const folder = path.join(FOLDER, name);
  return existsSync(path.join(folder, 'config.json')) ? folder : path.join(folder, 'model.safetensors');
}

describe('windowed attention against what the libraries computed', () => {
  it.each(Object.keys(CASES))('%s', async (name) => {
    const golden = readNpz(path.join(FOLDER, name, 'expected.npz'));
    const array = (key: string): NpzArray => golden.get(key) ?? NOTHING;
    await withModel(checkpointOf(name), {}, async ({ forward, run, sourceOf }) => {
      const { values, shape } = array('pixels');
      const ran = await run(values, shape);
      const { grid } = ran.built;
      expect(golden.size).toBe(CASES[name]);
      for (const layer of forward.blocks.keys()) {
        const input = ran.output(tapOutput('attention-input', layer));
        const entered = golden.get(`attn_in_${layer}`);
        if (entered !== undefined) expect(relativeDifference(input, entered.values)).toBeLessThan(1e-5);
        const output = ran.output(tapOutput('attention-output', layer));
        const out = golden.get(`attn_out_${layer}`);
        if (out !== undefined) expect(relativeDifference(output, out.values)).toBeLessThan(1e-5);

        const { tokens: count, width } = layerShape(forward, grid, layer);
        const tokens = { values: input, count, width, prefix: 0 };
        const heads: Float32Array[] = [];
        const ranLayer = { forward, layer, grid, sourceOf, tokens, output };
        const found = await recomputeLayer(arithmetic, ranLayer, (_, own) => heads.push(own));
        expect(found.maxAbsError).toBeLessThan(1e-5 * found.largest);
        const expected = golden.get(`attn_${layer}`);
        const all = Float32Array.from(heads.flatMap((own) => [...own]));
        if (expected !== undefined) expect(largestDifference(all, expected.values)).toBeLessThan(1e-5);
        const parts = await readLayerAttention(forward, layer, grid, sourceOf);
        for (const [head, own] of heads.entries()) {
          expect(largestDifference(headAttention(products, parts, head, tokens), own)).toBeLessThan(1e-6);
        }
      }
      for (const [output, key] of [
        ['tokens', 'tokens'],
        ['logits', 'hidden_out'],
      ] as const) {
        const expected = golden.get(key);
        if (expected !== undefined) expect(relativeDifference(ran.output(output), expected.values)).toBeLessThan(1e-4);
      }
    });
  });

  it('gives the logits that the reference has', async () => {
    const golden = readNpz(path.join(FOLDER, 'timm_swin/reference.npz'));
    await withModel(checkpointOf('timm_swin'), {}, async ({ run }) => {
      const { values, shape } = golden.get('pixels') ?? NOTHING;
      const ran = await run(values, shape);
      expect(relativeDifference(ran.output('logits'), golden.get('hidden_out')?.values ?? [])).toBeLessThan(1e-5);
    });
  });

  it('refuses pictures with fewer tokens than a window has, and what asks for attention over the whole picture', async () => {
    await withModel(checkpointOf('timm_swin'), {}, async ({ run }) => {
      const pixels = (side: number): Float32Array => new Float32Array(3 * side * side);
      await expect(run(pixels(12), [1, 3, 12, 12])).rejects.toThrow('layer 2 would have 3 x 3 tokens');
      const shape = [1, 3, 32, 32];
      const nearest = run(pixels(32), shape, { ...NO_EDITS, nearestKeys: 3 });
      await expect(nearest).rejects.toThrow('attend within windows');
      await expect(run(pixels(32), shape, { ...NO_EDITS, promptable: true })).rejects.toThrow('attend within windows');
    });
  });
});

describe('windows of a grid', () => {
  const rule: WindowRule = { side: 4, shifted: true, fill: 'after-shift', unmoved: 'axis', larger: 'refused' };

  it('has every token once, and zeros where the grid is no multiple of the window', () => {
    for (const fill of ['after-shift', 'before-shift'] as const) {
      const layout = windowLayout({ ...rule, fill }, [9, 11]);
      expect(layout.count).toBe(9);
      expect(layout.tokens).toHaveLength(9 * 16);
      const tokens = [...layout.tokens].filter((token) => token >= 0).sort((a, b) => a - b);
      expect(tokens).toEqual(Array.from({ length: 99 }, (_, token) => token));
      for (let token = 0; token < 99; token++) expect(layout.tokens[layout.places[token] ?? NaN]).toBe(token);
    }
  });

  it('moves nothing along an axis that one window covers, or along none', () => {
    expect(windowLayout(rule, [4, 4]).regions).toBeNull();
    expect(new Set(windowLayout(rule, [4, 8]).regions)).toEqual(new Set([0, 1, 2]));
    expect(windowLayout({ ...rule, unmoved: 'both' }, [4, 8]).regions).toBeNull();
    expect(windowLayout({ ...rule, shifted: false }, [8, 8]).regions).toBeNull();
  });

  it('spreads the attention of a token over its grid, and nothing outside its window', () => {
    const layout = windowLayout({ ...rule, shifted: false }, [4, 8]);
    const attention = new Float32Array(layout.count * placesOf(layout) ** 2).fill(1 / 16);
    const row = rowInWindow(layout, attention, 13);
    expect([...row].map((share, token) => (share > 0 ? token % 8 : -1)).filter((column) => column >= 0)).toEqual([
      4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7, 4, 5, 6, 7,
    ]);
    expect(row.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 6);
  });
});
