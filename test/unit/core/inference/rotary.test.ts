import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { tapOutput } from '../../../../src/core/inference/build-graph.js';
import { recomputeLayer } from '../../../../src/core/inference/recompute-layer.js';
import { DoubleArithmetic } from '../../../../src/host/inference/double-arithmetic.js';
import { loadRuntime } from '../../../../src/host/inference/runtime.js';
import { FIXTURES } from '../../support/fixtures.js';
import { largestDifference, relativeDifference } from './support/differences.js';
import { type NpzArray, readNpz } from './support/npz.js';
import { withModel } from './support/opened-model.js';

const FOLDER = path.join(FIXTURES, 'forward/rotary');
const CASES = readdirSync(FOLDER);
const DEPTH = 2;
const arithmetic = new DoubleArithmetic(await loadRuntime(), 1);

describe('vision transformers of timm that turn queries and keys, or look like others', () => {
  it('has the cases', () => {
    expect(CASES).toHaveLength(19);
  });

  it.each(CASES)('%s', async (name) => {
    const folder = path.join(FOLDER, name);
    const file = existsSync(path.join(folder, 'config.json')) ? folder : path.join(folder, 'model.safetensors');
    const golden = readNpz(path.join(folder, 'expected.npz'));
    const array = (key: string): NpzArray => golden.get(key) ?? { shape: [], values: new Float32Array() };
    await withModel(file, { heads: 2 }, async ({ forward, run, sourceOf }) => {
      const { values, shape } = array('pixels');
      const ran = await run(values, shape);
      expect(forward.blocks).toHaveLength(DEPTH);
      for (let layer = 0; layer < DEPTH; layer++) {
        const input = ran.output(tapOutput('attention-input', layer));
        expect(relativeDifference(input, array(`attn_in_${layer}`).values)).toBeLessThan(1e-5);
        const output = ran.output(tapOutput('attention-output', layer));
        const tokens = { values: input, count: ran.built.tokens, width: forward.width, prefix: 0 };
        const heads: Float32Array[] = [];
        const ranLayer = { forward, layer, grid: ran.built.grid, sourceOf, tokens, output };
        const found = await recomputeLayer(arithmetic, ranLayer, (_, own) => heads.push(own));
        const all = Float32Array.from(heads.flatMap((head) => [...head]));
        expect(largestDifference(all, array(`attn_${layer}`).values)).toBeLessThan(1e-5);
        expect(found.maxAbsError).toBeLessThan(1e-5 * found.largest);
      }
      const last = golden.has('logits') ? 'logits' : 'embedding';
      expect(relativeDifference(ran.output('tokens'), array('hidden_out').values)).toBeLessThan(1e-4);
      expect(relativeDifference(ran.output(last), array(last).values)).toBeLessThan(1e-4);
    });
  });
});
