import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { npyHeader } from '../../../src/core/export/npy.js';
import { FIXTURES } from '../support/analyse.js';
import { fixtureJson } from '../support/fixtures.js';
import { runCli } from '../support/run-cli.js';

const BASE = path.join(FIXTURES, 'checkpoints/hf_vit');
const ADAPTER = path.join(FIXTURES, 'adapters/vit_query_value');

const EXPECTED = 'adapters/vit_query_value/expected.json';

const answer = v.object({
  output: v.object({ top: v.array(v.object({ index: v.number(), value: v.number() })) }),
});
const change = v.object({
  relativeFrobenius: v.number(),
  weightedBefore: v.number(),
  weighted: v.number(),
  sigma: v.array(v.number()),
  cos: v.array(v.number()),
});
const analysis = v.object({
  warnings: v.array(v.object({ code: v.string(), message: v.string() })),
  adapter: v.object({ applied: v.boolean(), rank: v.tuple([v.number(), v.number()]), base: v.nullable(v.string()) }),
  models: v.array(v.object({ layers: v.array(v.object({ heads: v.array(v.object({ change })) })) })),
});

describe('qk-lens --adapter', () => {
  it('gives the change of every head as JSON, and says what was merged', async () => {
    const run = await runCli(['analyze', BASE, '--adapter', ADAPTER, '--json', '--no-cache']);
    expect(run).toMatchObject({ status: 0, stderr: '' });
    const { adapter, warnings, models } = v.parse(analysis, JSON.parse(run.stdout));
    expect(adapter).toEqual({ applied: true, rank: [4, 4], base: 'example/vit-tiny' });
    expect(warnings.map(({ code }) => code)).toEqual(['adapter']);
    const heads = models.flatMap(({ layers }) => layers.flatMap((layer) => layer.heads));
    expect(heads).toHaveLength(8);
    // The query alone is changed, by rank 4.
    for (const head of heads) expect(head.change.sigma).toHaveLength(4);
  });

  it('writes the change for reading', async () => {
    const run = await runCli(['analyze', BASE, '--adapter', ADAPTER, '--no-cache']);
    expect(run.stdout).toContain('relative change of each head');
    expect(run.stderr).toContain('with the LoRA adapter of adapter_model.safetensors merged in (rank 4; scale 2;');
  });

  it('runs the merged model: its answer is that of PEFT', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'adapter-'));
    try {
      const file = path.join(folder, 'pixels.npy');
      const pixels = Float32Array.from({ length: 3 * 32 * 32 }, (_, i) => ((i * 37) % 101) / 101 - 0.5);
      await writeFile(file, Buffer.concat([npyHeader([1, 3, 32, 32], '<f4'), new Uint8Array(pixels.buffer)]));
      const run = await runCli(['attention', BASE, '--pixels', file, '--adapter', ADAPTER, '--json']);
      const { output } = v.parse(answer, JSON.parse(run.stdout));
      const { logits } = v.parse(v.object({ logits: v.array(v.number()) }), fixtureJson(EXPECTED));
      expect(output.top).toHaveLength(logits.length);
      for (const { index, value } of output.top) expect(Math.abs(value - (logits[index] ?? NaN))).toBeLessThan(1e-5);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('tells an adapter without its base what is missing', async () => {
    const run = await runCli(['inspect', ADAPTER]);
    expect(run.status).toBe(0);
    expect(run.stderr).toContain(`It holds a LoRA adapter and not the weights that it changes`);
    expect(run.stderr).toContain(`give its base model, and say --adapter ${ADAPTER}`);
  });

  it('refuses an alpha that is no number', async () => {
    const alpha = await runCli(['analyze', BASE, '--adapter', ADAPTER, '--adapter-alpha', 'x']);
    expect(alpha).toMatchObject({ status: 2, stderr: 'qk-lens: --adapter-alpha takes a number above 0, not x\n' });
  });
});
