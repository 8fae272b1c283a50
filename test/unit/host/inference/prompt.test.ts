import { rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attention, keysOf, queriesOf } from '../../../../src/core/analysis/image/attention.js';
import { Products } from '../../../../src/core/analysis/image/products.js';
import {
  ALL_HEADS,
  concentrationGuide,
  type Prompt,
  promptScores,
  withPrompt,
} from '../../../../src/core/analysis/keypoints/prompt.js';
import { asParts, askingTokens, attendedBy } from '../../../../src/core/analysis/keypoints/relevance.js';
import { NO_EDITS, PROMPTABLE } from '../../../../src/core/inference/edits.js';
import { readLayerAttention } from '../../../../src/core/inference/layer-attention.js';
import { openImage } from '../../../../src/host/images/image-file.js';
import { InferenceSession, type Run } from '../../../../src/host/inference/inference-session.js';
import type { LoadedModel, Prompted } from '../../../../src/protocol/inference.js';
import { keypointFigures } from '../../core/analysis/keypoints/reference.js';
import { expectedOf } from '../../core/analysis/image/reference.js';
import { withModel } from '../../core/inference/support/opened-model.js';
import { readNpz } from '../../core/inference/support/npz.js';
import { FIXTURES } from '../../support/fixtures.js';
import { loadParams } from './support/load-params.js';
import { bundleProcess } from './support/process-bundle.js';

const SAMPLE = path.join(import.meta.dirname, '../../../../media/sample');
const never = new AbortController().signal;
const MEAN = [0.485, 0.456, 0.406];
const DEVIATION = [0.229, 0.224, 0.225];

let processFile = '';
beforeAll(async () => {
  processFile = await bundleProcess();
});
afterAll(() => rm(path.dirname(processFile), { recursive: true, force: true }));

async function withSession<Result>(
  checkpoint: string,
  size: readonly [number, number],
  edits: typeof NO_EDITS,
  use: (session: InferenceSession, loaded: LoadedModel) => Promise<Result>,
): Promise<Result> {
  const params = { ...(await loadParams(checkpoint, size)), edits };
  const session = new InferenceSession(params, { processFile, idleMs: 60_000 });
  try {
    return await use(session, await session.load(never));
  } finally {
    await session.dispose();
  }
}

/** What the model of the reference saw. */
async function inputOf(name: string): Promise<Float32Array> {
  const image = await openImage(path.join(FIXTURES, 'attention', name, 'input.png'));
  const { pixels } = (await image.decode()).picture;
  return Float32Array.from({ length: pixels.length }, (_, at) => {
    const colour = Math.floor(at / (224 * 224));
    return ((pixels[(at % (224 * 224)) * 3 + colour] ?? 0) / 255 - (MEAN[colour] ?? 0)) / (DEVIATION[colour] ?? 1);
  });
}

describe('a promptable model', () => {
  it('is what it was, to the last bit, at strength 0, and follows a prompt as the reference says', async () => {
    const { prompting, concentration } = keypointFigures('coffee');
    const object = Uint8Array.from(expectedOf('coffee').patch_label, (label) => Number(label === 1));
    const guides = {
      keypoints: concentrationGuide(Float64Array.from(concentration)),
      target: Float64Array.from(object),
    };
    const pixels = await inputOf('coffee');
    const plain = await withSession(SAMPLE, [224, 224], NO_EDITS, (session) => session.run(pixels, never));
    await withSession(SAMPLE, [224, 224], PROMPTABLE, async (session, loaded) => {
      const shape = { heads: new Array<number>(12).fill(6), prefix: 1, patches: 256 };
      expect((await session.run(pixels, never)).outputs).toEqual(plain.outputs);
      const reweight: Prompt = { kind: 'reweight', strength: 0, guide: guides.keypoints };
      expect((await session.run(pixels, never, promptScores(reweight, ALL_HEADS, shape))).outputs).toEqual(
        plain.outputs,
      );
      for (const { guide, strength, cls_on_target: expected } of prompting) {
        const scores = promptScores({ kind: 'bias', strength, guide: guides[guide] }, ALL_HEADS, shape);
        const run = await session.run(pixels, never, scores);
        if (strength === 0) expect(run.outputs).toEqual(plain.outputs);
        else expect(run.outputs).not.toEqual(plain.outputs);
        // The weights of the sample are rounded to float16, those of the reference are not.
        expect(Math.abs((await onObject(run, loaded, scores, object)) - expected)).toBeLessThan(5e-4);
      }
    });
  }, 60_000);

  it('attends to nothing that is masked, and says where a prompt does not fit', async () => {
    const pixels =
      readNpz(path.join(FIXTURES, 'forward/reference/hf_vit.npz')).get('pixels')?.values ?? new Float32Array();
    await withSession(path.join(FIXTURES, 'checkpoints/hf_vit'), [32, 32], PROMPTABLE, async (session) => {
      const shape = { heads: [4, 4], prefix: 1, patches: 16 };
      const region = Uint8Array.from({ length: 16 }, (_, i) => Number(i % 3 === 0));
      const changed = pixels.slice();
      // Other pixels in a patch that nothing attends to change no other token.
      for (let channel = 0; channel < 3; channel++) changed.fill(3, channel * 1024, channel * 1024 + 8);
      const scores = promptScores({ kind: 'drop', region }, ALL_HEADS, shape);
      const [one, other] = [await session.run(pixels, never, scores), await session.run(changed, never, scores)];
      expect(one.nonFinite).toBeNull();
      expect(other.outputs.logits).toEqual(one.outputs.logits);
      expect((await session.run(changed, never)).outputs.logits).not.toEqual(
        (await session.run(pixels, never)).outputs.logits,
      );
      // Taps are those of the run that they are asked of.
      const tap = await one.tap('attention-input', 1, never);
      expect(tap).not.toEqual(await (await session.run(pixels, never)).tap('attention-input', 1, never));
      expect(await one.tap('attention-input', 1, never)).toEqual(tap);
      await expect(session.run(pixels, never, [new Float32Array(3)])).rejects.toThrow(/prompt of layer 0/);
    });
  });
});

/** Mean over the heads of the part of the last layer's class attention to the patches that falls on the object. */
async function onObject(run: Run, loaded: LoadedModel, prompt: Prompted, object: Uint8Array): Promise<number> {
  const layer = loaded.layers - 1;
  const values = await run.tap('attention-input', layer, never);
  const tokens = { values, count: loaded.tokens, width: loaded.width, prefix: 1 };
  const products = new Products();
  return withModel(SAMPLE, {}, async ({ forward, sourceOf }) => {
    const { heads } = await readLayerAttention(forward, layer, loaded.grid, sourceOf);
    const parts = heads.map((head, index) => {
      const [queries, keys] = [queriesOf(products, tokens, head), keysOf(products, tokens, head)];
      const added = prompt[layer]?.subarray(index * tokens.count, (index + 1) * tokens.count) ?? new Float32Array();
      const meeting = { queries, keys, count: tokens.count, size: head.rows, scale: head.scale };
      const asked = attendedBy(askingTokens(0, 1, 256), attention(products, meeting, withPrompt(null, added)));
      return asParts(asked.subarray(1))?.reduce((sum, part, patch) => sum + part * (object[patch] ?? 0), 0) ?? NaN;
    });
    return parts.reduce((sum, part) => sum + part, 0) / parts.length;
  });
}
