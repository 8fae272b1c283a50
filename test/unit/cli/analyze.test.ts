import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readReport } from '../../../webview/report/read-report.js';
import { FIXTURES, SAMPLE } from '../support/analyse.js';
import { runCli } from '../support/run-cli.js';

const head = v.object({
  index: v.number(),
  weighted: v.nullable(v.number()),
  sigma: v.array(v.nullable(v.number())),
  cos: v.array(v.nullable(v.number())),
  blocks: v.array(v.tuple([v.number(), v.number()])),
  selfCheck: v.object({ trace: v.nullable(v.number()), frobenius: v.nullable(v.number()) }),
});
const analysis = v.object({
  schema: v.literal(1),
  program: v.object({ name: v.literal('qk-lens'), version: v.string() }),
  command: v.literal('analyze'),
  source: v.object({
    path: v.string(),
    format: v.string(),
    sizeBytes: v.number(),
    bytesRead: v.number(),
    identity: v.string(),
  }),
  warnings: v.array(v.object({ code: v.string(), message: v.string() })),
  timing: v.object({ totalMs: v.number() }),
  models: v.array(
    v.object({
      name: v.string(),
      family: v.string(),
      basis: v.picklist(['folded', 'raw']),
      summary: v.object({ verdict: v.string() }),
      bands: v.object({ mode: v.number(), headMean: v.number(), layerMean: v.number() }),
      layers: v.array(v.object({ index: v.number(), weighted: v.nullable(v.number()), heads: v.array(head) })),
    }),
  ),
});

const parse = (text: string): v.InferOutput<typeof analysis> => v.parse(analysis, JSON.parse(text));
const checkpoint = (name: string): string => path.join(FIXTURES, 'checkpoints', name);

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'qk-lens-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('qk-lens analyze', () => {
  it('gives the sample’s figures as JSON, reading no more than it needs', async () => {
    const run = await runCli(['analyze', SAMPLE, '--json', '--no-cache']);
    expect(run).toMatchObject({ status: 0, stderr: '' });
    const { source, models, warnings } = parse(run.stdout);
    const [model] = models;
    expect(warnings).toEqual([]);
    expect(model).toMatchObject({ name: 'vision', family: 'hf-dinov2', basis: 'folded' });
    expect(model?.layers).toHaveLength(12);
    expect(model?.layers[0]?.weighted).toBeCloseTo(0.641, 3);
    expect(model?.layers[5]?.weighted).toBeCloseTo(0.135, 3);
    expect(model?.summary.verdict).toMatch(/^Early layers attend to similar tokens \(0\.73 in layer 1\)/);
    expect(model?.summary.verdict).toMatch(/5 of 72 heads look for dissimilar tokens, most of all L5 H3 \(−0\.42\)/);
    const header = 8 + Number((await readFile(path.join(SAMPLE, 'model.safetensors'))).readBigUInt64LE());
    const needed = header + 12 * 2 * (2 * 384 * 384 + 384);
    expect(source.bytesRead).toBeLessThanOrEqual(1.05 * needed);
    expect(source.sizeBytes).toBe(44136744);
  });

  it('prints readable text', async () => {
    const run = await runCli(['analyze', SAMPLE, '--no-cache']);
    expect(run).toMatchObject({ status: 0, stderr: '' });
    expect(run.stdout).toContain('12 layers x 6 heads');
    expect(run.stdout).toContain('nothing assumed');
    expect(run.stdout).toMatch(/^ +5 +0\.135 /m);
  });

  it('writes CSV, npz with vectors, SVG and a page that needs nothing else', async () => {
    const files = Object.fromEntries(
      ['csv', 'npz', 'svg', 'html'].map((kind) => [kind, path.join(folder, `a.${kind}`)]),
    );
    const options = Object.entries(files).flatMap(([kind, file]) => [`--${kind}`, file]);
    const run = await runCli(['analyze', checkpoint('hf_vit'), ...options, '--vectors', '--no-cache']);
    expect(run).toMatchObject({ status: 0 });
    expect((await readdir(folder)).sort()).toEqual(['a.csv', 'a.html', 'a.npz', 'a.svg']);
    const rows = (await readFile(path.join(folder, 'a.csv'), 'utf8')).trim().split('\r\n');
    expect(rows).toHaveLength(1 + 2 * 4 * 8);
    expect(await readFile(path.join(folder, 'a.svg'), 'utf8')).toMatch(/^<svg/);
    const page = await readFile(path.join(folder, 'a.html'), 'utf8');
    expect(page).toContain('id="qk-lens-data"');
    expect(page).not.toMatch(/<(link|script|img)[^>]+(src|href)=/);
    const npz = await readFile(path.join(folder, 'a.npz'), 'latin1');
    expect(npz).toContain("'shape': (2, 4, 8), ");
    expect(npz).toContain("'shape': (2, 4, 8, 32), ");
  });

  it('analyses both towers, one by name, and says what names there are', async () => {
    const both = parse((await runCli(['analyze', checkpoint('hf_clip'), '--json', '--no-cache'])).stdout);
    expect(both.models.map(({ name }) => name)).toEqual(['vision', 'text']);
    const one = await runCli(['analyze', checkpoint('hf_clip'), '--model', 'text', '--json', '--no-cache']);
    expect(parse(one.stdout).models.map(({ name }) => name)).toEqual(['text']);
    const none = await runCli(['analyze', checkpoint('hf_clip'), '--model', 'audio', '--no-cache']);
    expect(none).toMatchObject({ status: 2, stdout: '' });
    expect(none.stderr).toMatch(/^qk-lens: --model audio: .*vision .*text [^\n]*\n$/);
  });

  it('falls back to raw where no norm feeds the attention, and says so', async () => {
    const run = parse((await runCli(['analyze', checkpoint('text_bert'), '--json', '--no-cache'])).stdout);
    expect(run.models[0]?.basis).toBe('raw');
    expect(run.warnings.map(({ code }) => code)).toContain('no-norm');
  });

  it('says plainly that there is no attention', async () => {
    const run = await runCli(['analyze', checkpoint('no_attention_cnn'), '--json', '--no-cache']);
    expect(run.status).toBe(0);
    const { models, warnings } = parse(run.stdout);
    expect(models).toEqual([]);
    expect(warnings.map(({ code }) => code)).toContain('no-attention');
  });

  it('marks heads whose weights are not finite and shows the rest', async () => {
    const file = path.join(FIXTURES, 'hostile/st_nan_inf.safetensors');
    const run = await runCli(['analyze', file, '--json', '--no-cache']);
    expect(run.status).toBe(0);
    expect(parse(run.stdout).warnings.map(({ code }) => code)).toContain('not-finite');
  });

  it('gives figures over distance of a rotary model, at zero its own, and says why others have none', async () => {
    const distance = v.object({
      offset: v.number(),
      offsets: v.number(),
      weighted: v.number(),
      mean: v.number(),
      weightedBand: v.number(),
    });
    const heads = v.array(v.object({ weighted: v.number(), mean: v.number(), distance: v.array(distance) }));
    const schema = v.object({ models: v.array(v.object({ layers: v.array(v.object({ heads })) })) });
    const file = checkpoint('text_llama');
    const run = await runCli(['analyze', file, '--distances', '8,0,1', '--json', '--no-cache', '--quiet']);
    const { models } = v.parse(schema, JSON.parse(run.stdout));
    const all = models.flatMap(({ layers }) => layers.flatMap((layer) => layer.heads));
    expect(all).toHaveLength(2 * 4);
    for (const head of all) {
      expect(head.distance.map(({ offset }) => offset)).toEqual([0, 1, 8]);
      expect(head.distance[0]).toMatchObject({ weighted: head.weighted, mean: head.mean, offsets: 1 });
    }
    const page = path.join(folder, 'a.html');
    const text = await runCli(['analyze', file, '--distances', '0,8', '--html', page, '--no-cache']);
    expect(text.stdout).toMatch(/over distance \(places from query to key\).*\n *layer +0 +8\n +0 +[−\d]/u);
    expect(text.stdout).toContain('note: Rotary positions turn');
    const data = /id="qk-lens-data">(.*)<\/script>/u.exec(await readFile(page, 'utf8'))?.[1] ?? '';
    const report = readReport(data);
    // Both bases, each with all heads of both layers.
    expect(report?.models.map(({ focus }) => focus.basis).sort()).toEqual(['folded', 'raw']);
    for (const { layers, distances } of report?.models ?? []) {
      layers.forEach((layer, index) => {
        const own = layer.heads.map(({ weighted }) => weighted);
        expect(distances?.[index]?.map(([zero]) => zero?.weighted)).toEqual(own);
      });
    }
    expect(report?.file.models[0]?.overDistance?.unit).toBe('places');
    const none = await runCli(['analyze', checkpoint('hf_vit'), '--distances', '1', '--json', '--no-cache']);
    expect(parse(none.stdout).warnings.map(({ code }) => code)).toEqual(['distances']);
  });

  it('gives the same figures from the cache', async () => {
    const environment = { ...process.env, XDG_CACHE_HOME: folder, LOCALAPPDATA: folder };
    const first = await runCli(['analyze', checkpoint('hf_vit'), '--json'], undefined, environment);
    const second = await runCli(['analyze', checkpoint('hf_vit'), '--json'], undefined, environment);
    expect(parse(second.stdout).models).toEqual(parse(first.stdout).models);
    expect(parse(second.stdout).source.bytesRead).toBeLessThan(parse(first.stdout).source.bytesRead);
  });
});

describe('qk-lens fails as it should', () => {
  it.each([
    [['analyze', 'no-such-file.pt'], 1, /^qk-lens: no-such-file\.pt: [^\n]+\n$/],
    [['analyze', path.join(FIXTURES, 'hostile/st_overlap.safetensors')], 1, /overlap[^\n]+\n$/],
    [['analyze', path.join(FIXTURES, 'hostile/pk_global_system.pt')], 1, /os\.system[^\n]+\n$/],
    [['analyze', SAMPLE, '--basis', 'published'], 2, /--basis takes folded or raw/],
    [['analyze', SAMPLE, '--heads', '6.5'], 2, /--heads takes a whole number/],
    [['analyze', SAMPLE, '--image-size', '224'], 2, /HEIGHTxWIDTH/],
    [['analyze', SAMPLE, '--vectors'], 2, /--npz/],
    [['analyze', SAMPLE, '--distances', '1,-2'], 2, /--distances takes up to 64 whole numbers/],
    [['analyze', checkpoint('hf_dinov3'), '--distances', '65'], 2, /numbers to 64 for DINOv3/],
    [['analyze'], 2, /missing required argument/],
    [['analyse', SAMPLE], 2, /unknown command/],
  ])('%j', async (args, status, message) => {
    const run = await runCli(args);
    expect(run).toMatchObject({ status, stdout: '' });
    expect(run.stderr).toMatch(message);
  });

  it('leaves no file when it fails', async () => {
    const file = path.join(folder, 'out.json');
    const run = await runCli(['analyze', path.join(FIXTURES, 'hostile/st_hole.safetensors'), '--json', file]);
    expect(run.status).toBe(1);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('qk-lens inspect', () => {
  it('lists what was recognised and every tensor', async () => {
    const run = await runCli(['inspect', SAMPLE, '--json', '--tensors']);
    const schema = v.object({
      tensors: v.object({
        count: v.literal(223),
        bytes: v.number(),
        list: v.array(v.object({ name: v.string(), dtype: v.string(), shape: v.array(v.number()), bytes: v.number() })),
      }),
      models: v.array(
        v.object({
          family: v.string(),
          depth: v.number(),
          heads: v.number(),
          width: v.number(),
          headSize: v.number(),
          patch: v.number(),
          imageSize: v.tuple([v.number(), v.number()]),
          prefixTokens: v.object({ class: v.number(), distillation: v.number(), registers: v.number() }),
          qkvBias: v.object({ q: v.boolean(), k: v.boolean(), v: v.boolean() }),
          normBeforeAttention: v.picklist(['layer', 'rms']),
          assumed: v.array(v.string()),
          unmatched: v.array(v.string()),
        }),
      ),
    });
    const { tensors, models } = v.parse(schema, JSON.parse(run.stdout));
    expect(tensors.list).toHaveLength(223);
    expect(models).toEqual([
      {
        family: 'hf-dinov2',
        depth: 12,
        heads: 6,
        width: 384,
        headSize: 64,
        patch: 14,
        imageSize: [518, 518],
        prefixTokens: { class: 1, distillation: 0, registers: 0 },
        qkvBias: { q: true, k: true, v: true },
        normBeforeAttention: 'layer',
        assumed: [],
        unmatched: [],
      },
    ]);
  });
});
