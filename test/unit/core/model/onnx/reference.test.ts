import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { array, boolean, nullable, number, object, parse, string } from 'valibot';
import { describe, expect, it } from 'vitest';
import type { MatrixView, Model } from '../../../../../src/core/model/model.js';
import { graphTaps } from '../../../../../src/core/model/onnx/taps.js';
import { recognise } from '../../../../../src/core/model/recognise.js';
import { analyzeLayer } from '../../../../../src/core/analysis/layer.js';
import { HeadSolver } from '../../../../../src/core/linalg/head-solver.js';
import { FIXTURES, fixtureJson, withCheckpoint } from '../../../support/fixtures.js';
import { problemOf } from '../../../support/problem-of.js';
import { onlyModel } from '../support.js';

const CHECKPOINTS = join(FIXTURES, 'checkpoints');
const CASES = readdirSync(CHECKPOINTS).filter((name) => name.startsWith('onnx_'));

const EXPECTED = object({
  family: string(),
  depth: number(),
  heads: number(),
  kvHeads: number(),
  width: number(),
  headDim: number(),
  qkvBias: object({ q: boolean(), k: boolean(), v: boolean() }),
  qkNorm: boolean(),
  norm: nullable(string()),
  patch: number(),
  imageSize: array(number()),
  prefixTokens: object({ cls: number(), registers: number(), distillation: number() }),
  positionScheme: string(),
  scale: number(),
  tensors: object({ count: number() }),
  layers: array(object({ tensors: object({ q: string(), k: string() }) })),
});

async function modelOf(name: string): Promise<Model> {
  return withCheckpoint(join(CHECKPOINTS, name), ({ index }) => {
    const recognition = recognise(index, null, {});
    expect(recognition.warnings).toEqual([]);
    expect(recognition.defaults).toEqual(recognition.models.map((model) => model.name));
    return onlyModel(recognition);
  });
}

/** A view as expected.json writes it. */
function viewText({ tensor, rowStart, rows, transposed }: MatrixView): string {
  const whole = tensor.shape[transposed ? 1 : 0] === rows;
  const range = whole ? '' : `[:, ${String(rowStart)}:${String(rowStart + rows)}]`;
  return `${tensor.name}${range}${transposed ? ' (transposed)' : ''}`;
}

/** Exporters to float16 round the factors on query and key. */
const SCALE_DIGITS: Readonly<Record<string, number>> = { onnx_fp16: 3, onnx_quantised_qdq: 6 };

describe('ONNX files', () => {
  it('are all there', () => {
    expect(CASES).toHaveLength(11);
  });

  it.each(CASES)('%s is recognised as its expected.json says', async (name) => {
    const expected = parse(EXPECTED, fixtureJson(`checkpoints/${name}/expected.json`));
    const model = await modelOf(name);
    expect(model).toMatchObject({
      name: 'vision',
      tower: 'vision',
      family: expected.family,
      title: 'ViT/8, width 32',
      patch: expected.patch,
      imageSize: expected.imageSize,
      position: expected.positionScheme,
      causal: false,
      tensorCount: expected.tensors.count,
      prefixTokens: {
        class: expected.prefixTokens.cls,
        distillation: expected.prefixTokens.distillation,
        registers: expected.prefixTokens.registers,
      },
    });
    expect(model.layers).toHaveLength(expected.depth);
    for (const [index, layer] of model.layers.entries()) {
      expect(layer).toMatchObject({
        index,
        heads: expected.heads,
        keyValueHeads: expected.kvHeads,
        headSize: expected.headDim,
        width: expected.width,
        qkNorm: expected.qkNorm,
      });
      expect(layer.path).toMatch(
        new RegExp(`(vit\\.layers\\.${String(index)}\\.attention|blocks\\.${String(index)}\\.attn)$`),
      );
      expect(layer.scale).toBeCloseTo(expected.scale, SCALE_DIGITS[name] ?? 14);
      expect(layer.norm?.kind).toBe(expected.norm);
      expect([layer.query.bias, layer.key.bias, layer.value?.bias].map((bias) => bias != null)).toEqual(
        Object.values(expected.qkvBias),
      );
      expect(viewText(layer.query.weight)).toBe(expected.layers[index]?.tensors.q);
      expect(viewText(layer.key.weight)).toBe(expected.layers[index]?.tensors.k);
    }
  });

  it.each(CASES)('%s: what the graph does not say is listed, and nothing else', async (name) => {
    const { assumptions } = await modelOf(name);
    // Newer exporters write the class token out under a name of their own.
    const nameless = ['onnx_attention_23', 'onnx_dynamo_18', 'onnx_external'].includes(name);
    expect(assumptions.map(({ text }) => text)).toEqual(
      nameless ? ['The graph does not name its prefix tokens: the token expand for a class token was taken.'] : [],
    );
  });

  it.each(CASES)('%s: the values of an analysis on an image are known', async (name) => {
    await withCheckpoint(join(CHECKPOINTS, name), ({ index }) => {
      const taps = graphTaps(index, 'vision') ?? [];
      const made = new Map(
        index.graph?.operations.flatMap((node) => node.outputs.map((output) => [output, node] as const)),
      );
      expect(taps).toHaveLength(2);
      for (const { tokens, result } of taps) {
        expect(made.get(tokens ?? '')?.operator).toMatch(
          /^(com\.microsoft\.SkipLayerNormalization|LayerNormalization|Add)$/,
        );
        expect(made.get(result ?? '')?.operator).toMatch(/^(Reshape|com\.microsoft\.(MultiHead)?Attention)$/);
      }
      expect(graphTaps(index, 'text')).toBeNull();
    });
  });

  it('refuses a number of heads that the graph contradicts', async () => {
    await withCheckpoint(join(CHECKPOINTS, 'onnx_dynamo_18'), async ({ index }) => {
      expect(recognise(index, null, { heads: 4 }).models).toHaveLength(1);
      const problem = await problemOf(Promise.resolve().then(() => recognise(index, null, { heads: 8 })));
      expect(problem.code).toBe('wrong-use');
      expect(problem.problem).toBe('8 heads do not fit: the graph parts its queries into 4');
    });
  });

  it('takes the steps of quantised weights for their rounding noise', async () => {
    await withCheckpoint(join(CHECKPOINTS, 'onnx_quantised_dynamic'), async ({ index, folder }) => {
      const [layer] = onlyModel(recognise(index, null, {})).layers;
      if (layer === undefined) throw new Error('no layer');
      const figures = await analyzeLayer(
        layer,
        'raw',
        (file) => folder.open(index.files[file] ?? ''),
        new HeadSolver(),
      );
      const step = layer.query.weight.tensor.quantisation?.scales[0] ?? NaN;
      expect(figures.heads[0]?.roundingNoise.query).toBeCloseTo(step / Math.sqrt(12), 12);
    });
  });
});
