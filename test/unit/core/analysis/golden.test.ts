import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import type { Basis, LayerFigures } from '../../../../src/core/analysis/figures.js';
import type { Model } from '../../../../src/core/model/model.js';
import { FIXTURES, SAMPLE, withCheckpoint } from '../../support/analyse.js';

// Figures of numpy's float64 decomposition of the whole width x width product, for every checkpoint in a format that is read.

const figure = v.nullable(v.number());
const basisSchema = v.object({
  sigma: v.array(v.number()),
  cos: v.array(figure),
  mean: figure,
  weighted: figure,
  trace: v.number(),
  nuclear: v.number(),
});
const layerSchema = v.object({
  heads: v.array(v.object({ raw: basisSchema, folded: v.nullable(basisSchema) })),
});
const towerSchema = v.object({ heads: v.union([v.number(), v.array(v.number())]), layers: v.array(layerSchema) });
const expectedSchema = v.object({
  heads: v.optional(v.union([v.number(), v.array(v.number())])),
  layers: v.optional(v.array(layerSchema)),
  towers: v.optional(v.record(v.string(), towerSchema)),
});
type ExpectedLayers = v.InferOutput<typeof towerSchema>['layers'];

function expectedOf(file: string): v.InferOutput<typeof expectedSchema> {
  return v.parse(expectedSchema, JSON.parse(readFileSync(file, 'utf8')));
}

/** Compares one basis of a model with what numpy found. */
function compare(layers: readonly LayerFigures[], expected: ExpectedLayers, basis: Basis): void {
  expect(layers).toHaveLength(expected.length);
  layers.forEach((layer, index) => {
    const heads = expected[index]?.heads ?? [];
    expect(layer.heads).toHaveLength(heads.length);
    layer.heads.forEach((head, position) => {
      const golden = heads[position]?.[basis];
      if (golden == null) throw new Error(`layer ${String(index)} has no ${basis} figures`);
      const largest = golden.sigma[0] ?? 0;
      golden.sigma.forEach((sigma, n) => {
        expect(Math.abs((head.sigma[n] ?? NaN) - sigma)).toBeLessThanOrEqual(1e-9 * largest);
      });
      golden.cos.forEach((cos, n) => {
        const ours = head.cos[n] ?? NaN;
        if (cos === null) expect(ours).toBeNaN();
        // A mode that a bare rounding error turns by this much has no cosine to seven digits in either program.
        else if (isIsolated(golden.sigma, n)) expect(Math.abs(ours - cos)).toBeLessThanOrEqual(1e-7);
      });
      for (const name of ['mean', 'weighted', 'trace', 'nuclear'] as const) {
        const wanted = golden[name];
        if (wanted === null) expect(head[name]).toBeNull();
        else expect(Math.abs((head[name] ?? NaN) - wanted)).toBeLessThanOrEqual(1e-7);
      }
      expect(head.selfCheck.trace).toBeLessThanOrEqual(1e-10);
      expect(head.selfCheck.frobenius).toBeLessThanOrEqual(1e-10);
    });
  });
}

/** Whether rounding in float64 (1e-16 of the largest value) leaves the mode's direction known to 1e-8. */
function isIsolated(sigma: readonly number[], n: number): boolean {
  const own = sigma[n] ?? 0;
  const gaps = [sigma[n - 1], sigma[n + 1], 0].map((other) => (other === undefined ? Infinity : Math.abs(other - own)));
  return Math.min(...gaps) > 1e-8 * (sigma[0] ?? 0);
}

async function check(checkpoint: string, expectedFile: string): Promise<void> {
  const expected = expectedOf(expectedFile);
  const { heads } = expected;
  const options = typeof heads === 'number' ? { heads } : {};
  const towers = Object.entries(expected.towers ?? {});
  await withCheckpoint(checkpoint, towers.length === 0 ? options : {}, async (analysed) => {
    const { models } = analysed.recognition;
    if (expected.layers === undefined) {
      expect(models).toHaveLength(0);
      return;
    }
    const [first] = models;
    const pairs: [Model | undefined, ExpectedLayers][] =
      towers.length === 0
        ? [[first, expected.layers]]
        : towers.map(([name, tower]) => [models.find((model) => model.name === name), tower.layers]);
    for (const [model, layers] of pairs) {
      if (model === undefined) throw new Error(`no such model among ${models.map(({ name }) => name).join(', ')}`);
      compare(await analysed.figures(model, 'raw'), layers, 'raw');
      const hasFolded = layers.every((layer) => layer.heads.every((head) => head.folded !== null));
      if (hasFolded) compare(await analysed.figures(model, 'folded'), layers, 'folded');
      else expect(model.layers.every((layer) => layer.norm === null)).toBe(true);
    }
  });
}

describe('figures agree with numpy', () => {
  const root = path.join(FIXTURES, 'checkpoints');
  const cases = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => path.basename(name) === 'expected.json')
    .map((name) => path.dirname(name));

  it('on more than thirty checkpoints', () => {
    expect(cases.length).toBeGreaterThan(30);
  });

  it.each(cases)('%s', async (name) => {
    await check(path.join(root, name), path.join(root, name, 'expected.json'));
  });

  it('the bundled sample', async () => {
    await check(SAMPLE, path.join(FIXTURES, 'sample/expected.json'));
  });
});

describe('identification agrees with numpy', () => {
  const identifiedSchema = v.object({
    layers: v.array(
      v.object({
        heads: v.array(
          v.record(
            v.picklist(['raw', 'folded']),
            v.object({
              roundingNoise: v.object({ query: v.number(), key: v.number() }),
              angle: v.array(v.number()),
              blocks: v.array(v.tuple([v.number(), v.number()])),
            }),
          ),
        ),
      }),
    ),
  });
  const golden = v.parse(
    identifiedSchema,
    JSON.parse(readFileSync(path.join(FIXTURES, 'sample/identified.json'), 'utf8')),
  );

  it.each(['raw', 'folded'] as const)('the bundled sample, %s', async (basis) => {
    await withCheckpoint(SAMPLE, {}, async (analysed) => {
      const [model] = analysed.recognition.models;
      if (model === undefined) throw new Error('the sample was not recognised');
      const layers = await analysed.figures(model, basis);
      let worst = 0;
      layers.forEach((layer, l) => {
        layer.heads.forEach((head, h) => {
          const expected = golden.layers[l]?.heads[h]?.[basis];
          expect(head.blocks).toEqual(expected?.blocks);
          expect(head.roundingNoise.query).toBeCloseTo(expected?.roundingNoise.query ?? NaN, 14);
          expect(head.roundingNoise.key).toBeCloseTo(expected?.roundingNoise.key ?? NaN, 14);
          expected?.angle.forEach((angle, n) => {
            worst = Math.max(worst, Math.abs((head.angle[n] ?? NaN) / angle - 1));
          });
        });
      });
      expect(worst).toBeLessThan(1e-3);
    });
  });
});
