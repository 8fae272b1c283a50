import path from 'node:path';
import { array, number, object, parse, record, string } from 'valibot';
import { describe, expect, it } from 'vitest';
import { overDistance, type DistancePoint } from '../../../../../src/core/analysis/distance/over-distance.js';
import { turnRows } from '../../../../../src/core/analysis/distance/turn-rows.js';
import {
  offsetsAt,
  turningOf,
  usualDistances,
  type Turning,
} from '../../../../../src/core/analysis/distance/turning.js';
import type { Basis } from '../../../../../src/core/analysis/figures.js';
import { HeadSolver } from '../../../../../src/core/linalg/head-solver.js';
import type { Model } from '../../../../../src/core/model/model.js';
import { type Analysed, FIXTURES, withCheckpoint } from '../../../support/analyse.js';
import { fixtureJson } from '../../../support/fixtures.js';
import { randomMatrix } from '../../../support/random.js';

const solver = new HeadSolver();

const point = object({ distance: number(), offsets: number(), weighted: number(), mean: number() });

// Written by fixtures/distance/make.py: layers, heads, points.
const golden = parse(
  object({ cases: record(string(), array(array(array(point)))) }),
  fixtureJson('distance/expected.json'),
);

async function withModel<Result>(
  name: string,
  use: (model: Model, turning: Turning, analysed: Analysed) => Promise<Result>,
): Promise<Result> {
  return withCheckpoint(path.join(FIXTURES, 'checkpoints', name), {}, async (analysed) => {
    const [model] = analysed.recognition.models;
    const turning = model === undefined ? null : turningOf(model);
    if (model === undefined || turning === null) throw new Error(`the rotation of ${name} is not known`);
    return use(model, turning, analysed);
  });
}

function allLayers(
  model: Model,
  turning: Turning,
  { sourceOf }: Analysed,
  distances: readonly number[],
  basis: Basis = 'folded',
): Promise<(readonly (readonly DistancePoint[])[])[]> {
  return Promise.all(model.layers.map((spec) => overDistance(spec, null, basis, turning, distances, sourceOf, solver)));
}

describe('figures over distance', () => {
  it.each(Object.entries(golden.cases))('of %s are those of whole matrices in numpy', async (name, layers) => {
    const distances = layers[0]?.[0]?.map(({ distance }) => distance) ?? [];
    const found = await withModel(name, (model, turning, analysed) => allLayers(model, turning, analysed, distances));
    expect(found).toHaveLength(layers.length);
    for (const [layer, heads] of layers.entries()) {
      expect(found[layer]).toHaveLength(heads.length);
      for (const [head, points] of heads.entries()) {
        for (const [at, point] of points.entries()) {
          const own = found[layer]?.[head]?.[at];
          expect([own?.distance, own?.offsets]).toEqual([point.distance, point.offsets]);
          expect(Math.abs((own?.weighted ?? NaN) - point.weighted)).toBeLessThan(1e-10);
          expect(Math.abs((own?.mean ?? NaN) - point.mean)).toBeLessThan(1e-10);
        }
      }
    }
  });

  it.each(['text_llama', 'hf_dinov3', 'timm_eva02_split', 'timm_eva02_fused'])(
    'of %s at distance zero are the figures of its heads to the last bit, in both bases',
    async (name) => {
      await withModel(name, async (model, turning, analysed) => {
        for (const basis of ['folded', 'raw'] as const) {
          const layers = await analysed.figures(model, basis);
          const found = await allLayers(model, turning, analysed, [0], basis);
          const own = layers.map(({ heads }) =>
            heads.map(({ weighted, mean, weightedBand }) => [
              { distance: 0, offsets: 1, weighted, mean, weightedBand },
            ]),
          );
          expect(found).toEqual(own);
        }
      });
    },
  );

  it('of one head, whose rows alone are read, are those among all heads', async () => {
    await withModel('text_llama', async (model, turning, { sourceOf }) => {
      const [, spec] = model.layers;
      if (spec === undefined) throw new Error('no layer 1');
      const all = await overDistance(spec, null, 'folded', turning, [1, 5], sourceOf, solver);
      const one = await overDistance(spec, 3, 'folded', turning, [1, 5], sourceOf, solver);
      expect(one).toEqual([all[3]]);
    });
  });

  it('have no figure where the grid of patches is smaller', async () => {
    await withModel('hf_dinov3', async (model, turning, analysed) => {
      const [[points] = []] = await allLayers(model, turning, analysed, [9]);
      expect(points).toEqual([{ distance: 9, offsets: 0, weighted: null, mean: null, weightedBand: null }]);
    });
  });
});

describe('the turn of a matrix', () => {
  it.each(['half', 'interleaved'] as const)('keeps its length, and is undone by the turn back (%s)', (pairs) => {
    for (let seed = 0; seed < 20; seed++) {
      const [rows, columns, turning] = [12, 7, 2 * (1 + (seed % 6))];
      const matrix = randomMatrix(rows * columns, seed);
      const angles = randomMatrix(turning / 2, seed + 100).map((value) => value * 50);
      const turned = turnRows(matrix, columns, pairs, angles);
      const length = (values: Float64Array): number => Math.hypot(...values);
      expect(length(turned) / length(matrix)).toBeCloseTo(1, 13);
      expect(turned.subarray(turning * columns)).toEqual(matrix.subarray(turning * columns));
      const back = turnRows(
        turned,
        columns,
        pairs,
        angles.map((angle) => -angle),
      );
      expect(Math.max(...back.map((value, at) => Math.abs(value - (matrix[at] ?? NaN))))).toBeLessThan(1e-14);
    }
  });
});

it('turns rows in either order of the pairs alike', () => {
  const [rows, columns] = [8, 5];
  const matrix = randomMatrix(rows * columns, 7);
  const angles = Float64Array.from([0.3, -2, 11, 0.01]);
  /** Rows i and i + half side by side, as llama.cpp's converter orders them. */
  const paired = (values: Float64Array): Float64Array =>
    Float64Array.from(values, (_, at) => {
      const row = Math.floor(at / columns);
      return values[((row % 2) * (rows / 2) + Math.floor(row / 2)) * columns + (at % columns)] ?? NaN;
    });
  expect(turnRows(paired(matrix), columns, 'interleaved', angles)).toEqual(
    paired(turnRows(matrix, columns, 'half', angles)),
  );
});

describe('the offsets of a distance', () => {
  const turning = (kind: 'grid' | 'sequence', causal: boolean): Turning => ({
    causal,
    grid: [5, 3],
    rotation:
      kind === 'sequence'
        ? { kind, pairs: 'half', frequencies: [1], assumed: null }
        : { kind, pairs: 'half', angles: { kind: 'counted', base: 10, reference: null }, assumed: null },
  });

  it('lie before the query in causal attention, on both sides otherwise', () => {
    expect(offsetsAt(turning('sequence', true), 3)).toEqual([[0, -3]]);
    expect(offsetsAt(turning('sequence', false), 3)).toEqual([
      [0, -3],
      [0, 3],
    ]);
  });

  it('part all offsets of a grid among them', () => {
    const grid = turning('grid', false);
    const all = Array.from({ length: 6 }, (_, distance) => offsetsAt(grid, distance)).flat();
    expect(new Set(all.map(String)).size).toBe(all.length);
    expect(all).toHaveLength(9 * 5);
    expect(usualDistances(grid)).toEqual([0, 1, 2, 3, 4]);
  });
});
