import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { tapOutput } from '../../../../src/core/inference/build-graph.js';
import type { OutputName } from '../../../../src/core/inference/outputs.js';
import { recomputeLayer } from '../../../../src/core/inference/recompute-layer.js';
import { DoubleArithmetic } from '../../../../src/host/inference/double-arithmetic.js';
import { loadRuntime } from '../../../../src/host/inference/runtime.js';
import { FIXTURES, fixtureJson } from '../../support/fixtures.js';
import { largestDifference, relativeDifference } from './support/differences.js';
import { type NpzArray, readNpz } from './support/npz.js';
import { withModel } from './support/opened-model.js';
import { recomputeAttention } from './support/recompute.js';

const FOLDER = path.join(FIXTURES, 'forward/reference');
const CASES = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.npz'))
  .map((name) => name.slice(0, -'.npz'.length).split(path.sep).join('/'));

/** What the references call `hidden_out`, as our outputs are named. */
function outputOf(hiddenOut: string): OutputName {
  if (hiddenOut === 'logits' || hiddenOut === 'pooled') return hiddenOut;
  return hiddenOut.startsWith('image embedding') ? 'embedding' : 'tokens';
}

interface Expected {
  readonly files: readonly string[];
  readonly heads: number;
  readonly depth: number;
  readonly hiddenOut: string;
}

function expectedOf(name: string): Expected {
  const json = fixtureJson(`checkpoints/${name}/expected.json`);
  if (!isExpected(json)) throw new Error(`expected.json of ${name} has no forward pass`);
  return json;
}

function isExpected(json: unknown): json is Expected {
  return typeof json === 'object' && json !== null && 'hiddenOut' in json && typeof json.hiddenOut === 'string';
}

const arithmetic = new DoubleArithmetic(await loadRuntime(), 1);

describe('forward pass against what the libraries computed', () => {
  it('has the cases', () => {
    expect(CASES).toHaveLength(40);
  });

  it.each(CASES)('%s', async (name) => {
    const expected = expectedOf(name);
    const golden = readNpz(path.join(FOLDER, `${name}.npz`));
    const array = (key: string): NpzArray => golden.get(key) ?? { shape: [], values: new Float32Array() };
    const folder = path.join(FIXTURES, 'checkpoints', name);
    const file = expected.files.includes('config.json') ? folder : path.join(folder, expected.files[0] ?? '');
    await withModel(file, { heads: expected.heads }, async (opened) => {
      const { values, shape } = array('pixels');
      const ran = await opened.run(values, shape);
      expect(opened.forward.blocks).toHaveLength(expected.depth);
      for (let layer = 0; layer < expected.depth; layer++) {
        const input = ran.output(tapOutput('attention-input', layer));
        expect(relativeDifference(input, array(`attn_in_${layer}`).values)).toBeLessThan(1e-5);
        const attention = await recomputeAttention(opened, layer, ran.built.grid, input);
        expect(largestDifference(attention, array(`attn_${layer}`).values)).toBeLessThan(1e-5);

        const output = ran.output(tapOutput('attention-output', layer));
        const tokens = { values: input, count: ran.built.tokens, width: opened.forward.width, prefix: 0 };
        const { forward, sourceOf } = opened;
        const heads: Float32Array[] = [];
        const layerRan = { forward, layer, grid: ran.built.grid, sourceOf, tokens, output };
        const found = await recomputeLayer(arithmetic, layerRan, (_, own) => heads.push(own));
        const own = Float32Array.from(heads.flatMap((head) => [...head]));
        expect(largestDifference(own, array(`attn_${layer}`).values)).toBeLessThan(1e-5);
        expect(found.maxAbsError).toBeLessThan(1e-5 * found.largest);
      }
      const out = ran.output(outputOf(expected.hiddenOut));
      expect(relativeDifference(out, array('hidden_out').values)).toBeLessThan(1e-4);
    });
  });
});
