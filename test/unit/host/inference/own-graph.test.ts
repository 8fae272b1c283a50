import { appendFile, copyFile, mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NO_EDITS, PROMPTABLE } from '../../../../src/core/inference/edits.js';
import { DoubleArithmetic } from '../../../../src/host/inference/double-arithmetic.js';
import { graphFile } from '../../../../src/host/inference/graph-file.js';
import { LoadedGraph } from '../../../../src/host/inference/loaded-graph.js';
import { withFiles } from '../../../../src/host/inference/open-files.js';
import { loadRuntime } from '../../../../src/host/inference/runtime.js';
import type { LoadParams } from '../../../../src/protocol/inference.js';
import { largestDifference, relativeDifference } from '../../core/inference/support/differences.js';
import { readNpz } from '../../core/inference/support/npz.js';
import { FIXTURES } from '../../support/fixtures.js';
import { loadParams } from './support/load-params.js';

const arithmetic = new DoubleArithmetic(await loadRuntime(), 1);
const SIZE = [32, 32] as const;
const QUESTIONS = { labels: [], keys: 'all', nearestKeys: null } as const;

let folder = '';
let scratches = 0;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'own-graph-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

const fixture = (name: string): string => path.join(FIXTURES, 'checkpoints', name, 'model.onnx');

async function load(file: string, change: Partial<LoadParams> = {}): Promise<LoadedGraph> {
  const scratchFolder = path.join(folder, `scratch-${scratches++}`);
  return LoadedGraph.load({ ...(await loadParams(file, SIZE)), scratchFolder, ...change }, arithmetic);
}

function golden(name: string): (key: string) => Float32Array {
  const arrays = readNpz(path.join(FIXTURES, 'forward/own-graph', `${name}.npz`));
  return (key) => {
    const found = arrays.get(key)?.values;
    if (found === undefined) throw new Error(`${name} has no ${key}`);
    return found;
  };
}

async function attend(graph: LoadedGraph, layer: number) {
  const { attention, recomputed } = await graph.attend({
    layer,
    head: null,
    questions: QUESTIONS,
    keep: true,
    token: null,
  });
  return { attention: Float32Array.from(attention.flatMap((head) => [...head])), recomputed };
}

/**
 * What was computed in half precision, with 11 bits, is compared to within a few units of its last place; the library's own runs of that
 * file differ by 1.1e-3 (expected.json, `onnxruntimeMaxAbsError`).
 */
const SINGLE = { tokens: 1e-5, attention: 1e-5, output: 1e-4, recomputed: 1e-5 };
const HALF = { tokens: 2e-3, attention: 2e-3, output: 2e-3, recomputed: 2e-3 };

describe('a graph that runs as its file says, against what the library computed', () => {
  it.each([
    ['onnx_attention_23', 'hf_vit', SINGLE],
    ['onnx_dynamo_18', 'hf_vit', SINGLE],
    ['onnx_external', 'hf_vit', SINGLE],
    ['onnx_fp16', 'fp16', HALF],
    ['onnx_fused_attention', 'hf_vit', SINGLE],
    ['onnx_fused_multi_head', 'hf_vit', SINGLE],
    ['onnx_legacy_14', 'hf_vit', SINGLE],
    ['onnx_legacy_17', 'hf_vit', SINGLE],
    ['onnx_timm_17', 'timm', SINGLE],
  ])('%s', async (name, reference, limits) => {
    const array = golden(reference);
    const graph = await load(fixture(name));
    const facts = { grid: [4, 4], prefixTokens: 1, tokens: 17, width: 32, layers: 2, outputs: ['logits'] };
    expect(graph.facts).toMatchObject({ ...facts, assumptions: [], copiedBytes: 0 });
    const { outputs, nonFinite } = await graph.run({ pixels: array('pixels'), prompt: null });
    expect(nonFinite).toBeNull();
    expect(relativeDifference(outputs.logits ?? [], array('hidden_out'))).toBeLessThan(limits.output);
    for (const layer of [0, 1]) {
      const tokens = graph.tap({ tap: 'attention-input', layer });
      expect(relativeDifference(tokens, array(`attn_in_${layer}`))).toBeLessThan(limits.tokens);
      const { attention, recomputed } = await attend(graph, layer);
      expect(largestDifference(attention, array(`attn_${layer}`))).toBeLessThan(limits.attention);
      expect(recomputed.maxAbsError).toBeLessThan(limits.recomputed * recomputed.largest);
    }
  });

  it.each(['onnx_quantised_dynamic', 'onnx_quantised_qdq'])(
    '%s, whose steps show in the difference to its own results',
    async (name) => {
      const graph = await load(fixture(name));
      await graph.run({ pixels: golden('hf_vit')('pixels'), prompt: null });
      for (const layer of [0, 1]) {
        const { recomputed } = await attend(graph, layer);
        expect(recomputed.maxAbsError).toBeGreaterThan(1e-4 * recomputed.largest);
        expect(recomputed.maxAbsError).toBeLessThan(0.1 * recomputed.largest);
      }
    },
  );
});

describe('a graph for pictures of any size beside a line of text', () => {
  const file = path.join(FIXTURES, 'forward/own-graph/any_size.onnx');
  const arrays = golden('any_size');

  it.each([
    [32, 32],
    [48, 40],
  ])('gives what a picture alone decides: %d x %d', async (height, width) => {
    const graph = await load(file, { imageSize: [height, width] });
    const grid = [height / 8, width / 8];
    expect(graph.facts).toMatchObject({ grid, prefixTokens: 1, outputs: ['tokens', 'embedding'], assumptions: [] });
    expect(graph.facts.sizeIsFree).toBe(true);
    const { outputs } = await graph.run({ pixels: arrays(`pixels_${height}`), prompt: null });
    expect(relativeDifference(outputs.tokens ?? [], arrays(`tokens_${height}`))).toBeLessThan(1e-4);
    expect(relativeDifference(outputs.embedding ?? [], arrays(`image_${height}`))).toBeLessThan(1e-4);
    for (const layer of [0, 1]) {
      const tokens = graph.tap({ tap: 'attention-input', layer });
      expect(relativeDifference(tokens, arrays(`attn_in_${layer}_${height}`))).toBeLessThan(1e-5);
      const { attention, recomputed } = await attend(graph, layer);
      expect(largestDifference(attention, arrays(`attn_${layer}_${height}`))).toBeLessThan(1e-5);
      expect(recomputed.maxAbsError).toBeLessThan(1e-5 * recomputed.largest);
    }
  });
});

it('a graph that norms and turns queries and keys gives them, and with them its own attention', async () => {
  const arrays = golden('turned');
  const graph = await load(path.join(FIXTURES, 'forward/own-graph/turned.onnx'));
  expect(graph.facts).toMatchObject({ tokens: 17, sizeIsFree: false, outputs: ['tokens'] });
  expect(graph.facts.assumptions.map(({ text }) => text)).toEqual([
    expect.stringContaining('Attention is computed from its own queries and keys'),
  ]);
  const { outputs } = await graph.run({ pixels: arrays('pixels'), prompt: null });
  expect(relativeDifference(outputs.tokens ?? [], arrays('tokens'))).toBeLessThan(1e-4);
  for (const layer of [0, 1]) {
    const { attention, recomputed } = await attend(graph, layer);
    expect(largestDifference(attention, arrays(`attn_${layer}`))).toBeLessThan(1e-5);
    expect(recomputed.maxAbsError).toBeLessThan(1e-5 * recomputed.largest);
  }
});

it('a graph of half precision from the picture on is given half precision', async () => {
  const arrays = golden('any_size');
  const graph = await load(path.join(FIXTURES, 'forward/own-graph/half.onnx'));
  const { outputs } = await graph.run({ pixels: arrays('pixels_32'), prompt: null });
  expect(relativeDifference(outputs.embedding ?? [], arrays('image_32'))).toBeLessThan(HALF.output);
  for (const layer of [0, 1]) {
    const { attention, recomputed } = await attend(graph, layer);
    expect(largestDifference(attention, arrays(`attn_${layer}_32`))).toBeLessThan(HALF.attention);
    expect(recomputed.maxAbsError).toBeLessThan(HALF.recomputed * recomputed.largest);
  }
});

describe('a graph that cannot be run', () => {
  it('takes pictures of the size that it says', async () => {
    await expect(load(fixture('onnx_timm_17'), { imageSize: [40, 32] })).rejects.toMatchObject({
      code: 'wrong-use',
      problem: 'its graph takes pictures of 32 x 32 pixels, not 40 x 32',
    });
  });

  it.each([
    ['promptable', PROMPTABLE],
    ['with fewer keys', { ...NO_EDITS, nearestKeys: 3 }],
    [
      'with other queries',
      { ...NO_EDITS, queries: [{ layer: 0, weight: new Float32Array(), bias: new Float32Array() }] },
    ],
  ])('is not run %s, and says what is', async (_, edits) => {
    await expect(load(fixture('onnx_timm_17'), { edits })).rejects.toThrow(
      /an ONNX model runs as its file says.*open the checkpoint that it was exported from/u,
    );
  });

  it('has the tokens that its patches make', async () => {
    const params = await loadParams(fixture('onnx_timm_17'), SIZE);
    const graph = await load(fixture('onnx_timm_17'), { model: { ...params.model, patch: 16 } });
    await expect(graph.run({ pixels: golden('timm')('pixels'), prompt: null })).rejects.toThrow(
      'layer 0 attends to 17 tokens, where the picture has 4 patches and 1 tokens in front of them',
    );
  });
});

describe('weights of a graph', () => {
  it('behind links out of the folder are found', async () => {
    const blobs = path.join(folder, 'models--a--b/blobs');
    const cache = path.join(folder, 'models--a--b/snapshots/1');
    const own = path.dirname(fixture('onnx_external'));
    for (const [name, blob] of [
      ['model.onnx', 'a'.repeat(40)],
      ['model.onnx.data', 'b'.repeat(64)],
    ] as const) {
      await mkdir(blobs, { recursive: true });
      await mkdir(cache, { recursive: true });
      await copyFile(path.join(own, name), path.join(blobs, blob));
      await symlink(path.join('../../blobs', blob), path.join(cache, name));
    }
    const array = golden('hf_vit');
    const graph = await load(path.join(cache, 'model.onnx'));
    expect(graph.facts.copiedBytes).toBe(0);
    const { outputs } = await graph.run({ pixels: array('pixels'), prompt: null });
    expect(relativeDifference(outputs.logits ?? [], array('hidden_out'))).toBeLessThan(1e-4);
  });

  it('stay in their file, and what is handed over is small', async () => {
    const { checkpoint } = await loadParams(fixture('onnx_timm_17'), SIZE);
    const addition = Uint8Array.of(0x62, 0);
    const { model, folder: place } = await withFiles(checkpoint, (open) => graphFile(addition, ['model.onnx'], open));
    expect(place).toBe(path.dirname(fixture('onnx_timm_17')));
    expect(model.subarray(-2)).toEqual(addition);
    // 77 kB of weights in matrices of a kilobyte and more.
    expect(model.length).toBeLessThan(checkpoint.files[0] === undefined ? 0 : checkpoint.files[0].sizeBytes - 70_000);
  });

  it('that are not what was opened are refused', async () => {
    const file = path.join(folder, 'changed.onnx');
    await copyFile(fixture('onnx_timm_17'), file);
    const graph = await load(file);
    await appendFile(file, 'x');
    await expect(graph.run({ pixels: golden('timm')('pixels'), prompt: null })).rejects.toMatchObject({
      code: 'changed',
    });
  });
});
