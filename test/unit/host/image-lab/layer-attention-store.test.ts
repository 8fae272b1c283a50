import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Products } from '../../../../src/core/analysis/image/products.js';
import { LayerAttentionStore, type WithParts } from '../../../../src/host/image-lab/layer-attention-store.js';
import { readLayerParts } from '../../../../src/host/image-lab/layer-parts.js';
import { ModelRunner } from '../../../../src/host/image-lab/model-runner.js';
import { openModel, withWeights } from '../../../../src/host/image-lab/opened-model.js';
import { showPicture } from '../../../../src/host/image-lab/shown-picture.js';
import { FIXTURES, SAMPLE } from '../../support/analyse.js';
import { loadParams } from '../inference/support/load-params.js';
import { bundleProcess } from '../inference/support/process-bundle.js';

const COFFEE = { kind: 'file', path: path.join(SAMPLE, 'images/coffee.png') } as const;
const LAYER = 1;
const never = new AbortController().signal;

let processFile = '';
beforeAll(async () => {
  processFile = await bundleProcess();
});
afterAll(async () => {
  await rm(path.dirname(processFile), { recursive: true, force: true });
});

describe('attention that does not fit into memory', () => {
  // A bias of positions; rotary positions and a norm inside the attention; both in a graph that gives queries and keys itself.
  it.each(['checkpoints/hf_beit', 'checkpoints/timm_eva02_split', 'forward/own-graph/turned.onnx'])(
    'is computed token by token, with the same rows: %s',
    async (name) => {
      const params = await loadParams(path.join(FIXTURES, name), [32, 32]);
      const subject = { ...params, processFile, idleMs: 60_000 };
      const runner = new ModelRunner(subject);
      try {
        const model = await openModel(subject);
        const shown = await showPicture(model, runner, COFFEE, { size: [32, 32] }, () => undefined, never);
        const withParts: WithParts = (layer, action) =>
          withWeights(subject, async (sourceOf) =>
            action(await readLayerParts(model, shown, layer, sourceOf), sourceOf),
          );
        const products = new Products();
        const whole = new LayerAttentionStore(products, model, shown, withParts);
        const single = new LayerAttentionStore(products, model, shown, withParts, 0);
        const { tokens } = shown.loaded;
        for (const token of [0, tokens - 1]) {
          const expected = await whole.rows(LAYER, token);
          const { rows, recomputed } = await single.rows(LAYER, token);
          const apart = rows.map((value, at) => Math.abs(value - (expected.rows[at] ?? NaN)));
          expect(Math.max(...apart)).toBeLessThan(1e-6);
          for (const { maxAbsError, largest } of [recomputed, expected.recomputed]) {
            expect(maxAbsError / largest).toBeLessThan(1e-4);
            // Float32 on one side: no difference at all would mean that nothing was compared.
            expect(maxAbsError).toBeGreaterThan(0);
          }
        }
        const heads: Float32Array[] = [];
        await whole.each(LAYER, null, never, (_, attention) => heads.push(attention.slice()));
        const seen: number[] = [];
        await single.each(LAYER, null, never, (head, attention) => {
          seen.push(head);
          const apart = attention.map((value, at) => Math.abs(value - (heads[head]?.[at] ?? NaN)));
          expect(Math.max(...apart)).toBeLessThan(1e-6);
        });
        expect(heads[0]).toHaveLength(tokens ** 2);
        expect(seen).toEqual([...heads.keys()]);
      } finally {
        runner.endBase();
      }
    },
  );
});

describe('attention that is kept', () => {
  it('is that of the layers that were used last, as many as fit, and none is prepared that does not', async () => {
    const params = await loadParams(path.join(FIXTURES, 'checkpoints', 'hf_beit'), [32, 32]);
    const subject = { ...params, processFile, idleMs: 60_000 };
    const runner = new ModelRunner(subject);
    try {
      const model = await openModel(subject);
      const shown = await showPicture(model, runner, COFFEE, { size: [32, 32] }, () => undefined, never);
      const { tokens, layers } = shown.loaded;
      const asked: number[] = [];
      const attend = (layer: number): ReturnType<typeof shown.run.attend> => {
        asked.push(layer);
        return shown.run.attend(layer);
      };
      const { input, loaded, result, card, source } = shown;
      const watched = { input, loaded, result, card, source, run: { attend, tap: shown.run.tap.bind(shown.run) } };
      const bytes = 4 * tokens ** 2 * (model.forward.blocks[0]?.attention.spec.heads ?? 0);
      const unused: WithParts = () => Promise.reject(new Error('weights were read'));
      const storeOf = (most: number) => new LayerAttentionStore(new Products(), model, watched, unused, most * bytes);
      const [one, two] = [storeOf(1), storeOf(2)];
      for (const layer of [0, 0, 1, 0]) await one.rows(layer, 0);
      expect(asked.splice(0)).toEqual([0, 1, 0]);
      expect(await one.prepare(1, 1)).toBe(false);
      expect(await one.prepare(layers, 0)).toBe(false);
      expect(asked).toEqual([]);
      expect(await one.prepare(1, 0)).toBe(true);
      for (const layer of [0, 1, 0, 1]) await two.rows(layer, 0);
      expect(asked).toEqual([1, 0, 1]);
    } finally {
      runner.endBase();
    }
  });
});
