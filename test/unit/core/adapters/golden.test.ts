import path from 'node:path';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import type { Basis, HeadFigures, LayerFigures } from '../../../../src/core/analysis/figures.js';
import { analyzeLayer } from '../../../../src/core/analysis/layer.js';
import { HeadSolver } from '../../../../src/core/linalg/head-solver.js';
import { recognise } from '../../../../src/core/model/recognise.js';
import type { AdapterFacts } from '../../../../src/core/tensors/tensor-index.js';
import { openInspectedFiles } from '../../../../src/host/files/inspected-files.js';
import { readJsonBeside } from '../../../../src/host/files/json-beside.js';
import { withOpenCheckpoint } from '../../../../src/host/files/with-open-checkpoint.js';
import { FIXTURES, fixtureJson } from '../../support/fixtures.js';

// Adapters written by PEFT, loralib and in the form of kohya-ss; the figures are numpy's of W + scale B A in float64, which PEFT's and loralib's own merge in float32 meet to 1e-7.

const numbers = v.array(v.number());
const headSchema = v.object({
  sigma: numbers,
  cos: numbers,
  weighted: v.number(),
  change: v.object({
    relativeFrobenius: v.number(),
    weightedBefore: v.number(),
    weighted: v.number(),
    sigma: numbers,
    cos: numbers,
  }),
});
const expectedSchema = v.object({
  rank: v.tuple([v.number(), v.number()]),
  scale: v.tuple([v.number(), v.number()]),
  matrices: v.number(),
  layers: v.array(v.object({ heads: v.array(v.object({ raw: headSchema, folded: headSchema })) })),
});

interface Case {
  readonly name: string;
  /** Null where the file holds base and adapter. */
  readonly base: string | null;
  readonly file?: string;
  readonly alpha?: number;
  readonly targets: readonly string[];
  readonly told?: readonly string[];
}

const CASES: readonly Case[] = [
  { name: 'vit_query_value', base: 'hf_vit', targets: ['q_proj', 'v_proj'] },
  { name: 'vit_patterns', base: 'hf_vit', targets: ['key', 'query'] },
  { name: 'vit_dora', base: 'hf_vit', targets: ['k_proj', 'q_proj'] },
  { name: 'timm_fused', base: 'timm_vit_pth/vit.pth', targets: ['qkv'] },
  { name: 'gpt2_transposed', base: 'text_gpt2', targets: ['c_attn'] },
  { name: 'one_file', base: null, file: 'wrapped.pt', targets: ['qkv'] },
  {
    name: 'loralib_parts',
    base: 'timm_vit_pth/vit.pth',
    file: 'lora.pt',
    alpha: 6,
    targets: ['qkv'],
    told: ['adapter', 'adapter-parts'],
  },
  {
    name: 'loralib_whole',
    base: null,
    file: 'model.pt',
    targets: ['qkv'],
    told: ['adapter', 'adapter-merged-before'],
  },
  {
    name: 'kohya_pipeline',
    base: 'hf_vit',
    file: 'lora.safetensors',
    targets: ['attention_attention_key', 'attention_attention_query'],
    told: ['adapter-left-out', 'adapter'],
  },
];

const solver = new HeadSolver();

interface Merged {
  readonly layers: Record<Basis, LayerFigures[]>;
  readonly adapter: AdapterFacts | undefined;
  readonly told: readonly string[];
}

/** Opens, recognises and analyses as a worker does. */
async function analyse({ name, base, file = '', alpha }: Case): Promise<Merged> {
  const adapter = path.join(FIXTURES, 'adapters', name, file);
  const wanted =
    base === null
      ? { path: adapter, partial: false, adapter: null }
      : {
          path: path.join(FIXTURES, 'checkpoints', base),
          partial: false,
          adapter: { path: adapter, alpha: alpha ?? null },
        };
  return withOpenCheckpoint(wanted, { bytes: 0 }, async ({ index, folder, checkpoint }) => {
    const config = await readJsonBeside(folder, 'config.json');
    const heads = base === null || base.startsWith('timm') ? { heads: 4 } : {};
    const [model, ...others] = recognise(index, config.value, heads).models;
    if (model === undefined || others.length > 0) throw new Error(`${name}: one model was expected`);
    const files = openInspectedFiles(checkpoint, { bytes: 0 });
    try {
      const layers: Record<Basis, LayerFigures[]> = { raw: [], folded: [] };
      for (const spec of model.layers) {
        for (const basis of ['raw', 'folded'] as const) {
          layers[basis].push(await analyzeLayer(spec, basis, files.sourceOf, solver));
        }
      }
      return { layers, adapter: index.adapter, told: index.warnings.map(({ code }) => code) };
    } finally {
      await files.close();
    }
  });
}

function near(ours: ArrayLike<number>, golden: readonly number[], tolerance: number): void {
  expect(ours).toHaveLength(golden.length);
  golden.forEach((value, n) => {
    expect(Math.abs((ours[n] ?? NaN) - value)).toBeLessThanOrEqual(tolerance);
  });
}

function compare(head: HeadFigures | undefined, golden: v.InferOutput<typeof headSchema>): void {
  if (head?.change === undefined) throw new Error('the head has no figures of its change');
  near(head.sigma, golden.sigma, 1e-9 * (golden.sigma[0] ?? 0));
  near(head.cos, golden.cos, 1e-7);
  near([head.weighted ?? NaN], [golden.weighted], 1e-7);
  const { change } = head;
  near(change.sigma, golden.change.sigma, 1e-9 * (golden.change.sigma[0] ?? 0));
  near(change.cos, golden.change.cos, 1e-7);
  for (const figure of ['relativeFrobenius', 'weightedBefore', 'weighted'] as const) {
    near([change[figure] ?? NaN], [golden.change[figure]], 1e-7);
  }
}

describe('adapters over their base', () => {
  it.each(CASES)('gives numpy’s figures of the merged model and of the change: $name', async (each) => {
    const expected = v.parse(expectedSchema, fixtureJson(`adapters/${each.name}/expected.json`));
    const { layers, adapter, told } = await analyse(each);
    for (const basis of ['raw', 'folded'] as const) {
      expect(layers[basis]).toHaveLength(expected.layers.length);
      layers[basis].forEach(({ heads }, layer) => {
        const golden = expected.layers[layer]?.heads ?? [];
        expect(heads).toHaveLength(golden.length);
        golden.forEach((head, index) => {
          compare(heads[index], head[basis]);
        });
      });
    }
    expect(adapter).toMatchObject({ applied: true, matrices: expected.matrices, targets: each.targets });
    near(adapter?.rank ?? [], expected.rank, 0);
    near(adapter?.scale ?? [], expected.scale, 1e-12);
    if (each.told !== undefined) expect(told).toEqual(each.told);
  });
});
