import { array, nullable, number, object, parse, record, string, tuple } from 'valibot';
import { describe, expect, it } from 'vitest';
import { anglesOf } from '../../../../src/core/analysis/distance/turn-rows.js';
import { CheckpointError } from '../../../../src/core/errors.js';
import { describeForward } from '../../../../src/core/inference/describe.js';
import { rotationTables } from '../../../../src/core/inference/rotation.js';
import type { Model } from '../../../../src/core/model/model.js';
import { recognise } from '../../../../src/core/model/recognise.js';
import { fixtureJson } from '../../support/fixtures.js';
import { indexOf, onlyModel, recogniseShapes, type Shapes, timmVit } from './support.js';

// Written by fixtures/distance/make_timm_rope.py with timm's own rotary modules, in float32.
const table = nullable(array(array(number())));
const CASES = parse(
  array(
    object({
      name: string(),
      grid: tuple([number(), number()]),
      shapes: record(string(), array(number())),
      sin: table,
      cos: table,
    }),
  ),
  fixtureJson('distance/timm_rope.json'),
);
type Case = (typeof CASES)[number];

const HEAD = 8;
const noFile = (): never => {
  throw new Error('no file is to be read');
};

const caseOf = (name: string): Case => {
  const each = CASES.find((one) => one.name === name);
  if (each === undefined) throw new Error(`no case ${name}`);
  return each;
};

/** Why a model is not run. */
const refusalOf = (model: Model, { shapes }: Case): string => {
  try {
    describeForward(model, indexOf(Object.entries(shapes)).tensors, null, 'model.pt');
    return 'runs';
  } catch (error) {
    return error instanceof CheckpointError ? error.message : String(error);
  }
};

const modelOf = ({ shapes }: Case, config: unknown): Model =>
  onlyModel(recogniseShapes(Object.entries(shapes), { config, heads: 3, imageSize: [64, 96] }));

describe('rotary vision transformers of timm', () => {
  it.each(CASES.filter(({ sin }) => sin !== null))('turn as timm turns them: $name', async (each) => {
    const { name, grid, sin, cos } = each;
    const { position, rotation } = modelOf(each, { architecture: name });
    if (position !== 'rope' || rotation?.kind !== 'grid') throw new Error('no rotation of a grid');
    const angles = await anglesOf({ rotation, causal: false, grid }, HEAD, noFile);
    const tables = await rotationTables(rotation, grid, HEAD, 0, noFile);
    let worst = 0;
    for (let query = 0; query < grid[0] * grid[1]; query += 5) {
      for (let key = 0; key < grid[0] * grid[1]; key++) {
        const row = (place: number): number => Math.floor(place / grid[1]);
        const turns = angles([row(key) - row(query), (key % grid[1]) - (query % grid[1])]);
        for (let pair = 0; pair < HEAD / 2; pair++) {
          // Only differences of angles matter to scores of patches; Perception Encoder counts from 1.
          const [s, c] = [sin?.[key]?.[pair] ?? NaN, cos?.[key]?.[pair] ?? NaN];
          const [s0, c0] = [sin?.[query]?.[pair] ?? NaN, cos?.[query]?.[pair] ?? NaN];
          const at = (place: number): number => place * HEAD + 2 * pair;
          const table = (tables.sin[at(key)] ?? NaN) * (tables.cos[at(query)] ?? NaN);
          const other = (tables.cos[at(key)] ?? NaN) * (tables.sin[at(query)] ?? NaN);
          const theirs = s * c0 - c * s0;
          const misses = [Math.sin(turns[pair] ?? NaN) - theirs, table - other - theirs];
          misses.push(Math.cos(turns[pair] ?? NaN) - (c * c0 + s * s0));
          worst = Math.max(worst, ...misses.map(Math.abs));
        }
      }
    }
    expect(worst).toBeLessThan(4e-6);
    expect(rotation).toMatchObject({ pairs: 'interleaved', assumed: null });
  });

  it.each([
    ['frequencies that were learned', 'vit_small_patch16_rope_mixed_224', {}],
    ['settings beside the name', 'vit_small_patch16_rope_224', { model_args: { rope_temperature: 10 } }],
    ['another architecture of these names', 'vit_small_patch16_rope_mixed_224', { architecture: 'vit_rope_of_mine' }],
  ])('have no figures over distance with %s', (_name, name, said) => {
    const { position, rotation } = modelOf(caseOf(name), { architecture: name, ...said });
    expect(position).toBe('rope');
    expect(rotation).toBeUndefined();
  });

  describe('without config.json', () => {
    it.each(['vit_small_patch16_rope_224', 'vit_pe_core_tiny_patch16_384'])(
      'are told by tensors that no other model has: %s',
      (name) => {
        const { family, position, rotation } = modelOf(caseOf(name), null);
        expect([family, position]).toEqual(['timm-rope', 'rope']);
        expect(rotation?.assumed).toMatch(/^Queries and keys are turned as in the only known models/u);
      },
    );

    it.each([
      ['vit_small_patch16_rope_ape_224', /^No rotation is assumed, as in DeiT III/u, null],
      ['vit_pe_spatial_small_patch16_512', /^No rotation is assumed\. No norm stands/u, /no norm stands behind/u],
    ])('are not turned in silence where others have the same tensors: %s', (name, said, refused) => {
      const model = modelOf(caseOf(name), null);
      expect([model.family, model.position]).toEqual(['timm-vit', 'absolute']);
      expect(model.assumptions.map(({ text }) => text)).toContainEqual(expect.stringMatching(said));
      expect(refusalOf(model, caseOf(name))).toMatch(refused ?? /^runs$/u);
    });

    it.each([
      ['the setting of the training script', { arch: 'vit_small_patch16_rope_ape_224' }, 'model.pt', 0],
      ['the name of the file', {}, 'vit_small_patch16_rope_ape_224.naver_in1k.safetensors', 1],
    ])('are told by %s', (_name, settings, file, words) => {
      const { shapes } = caseOf('vit_small_patch16_rope_ape_224');
      const index = { ...indexOf(Object.entries(shapes), settings), files: [file] };
      const model = onlyModel(recognise(index, null, { heads: 3 }));
      expect([model.family, model.rotation?.assumed]).toEqual(['timm-rope', null]);
      expect(model.assumptions.filter(({ text }) => text.includes('as the file is named'))).toHaveLength(words);
      expect(model.stated).toEqual({ architecture: 'vit_small_patch16_rope_ape_224' });
    });
  });
});

describe('models that only look like plain vision transformers', () => {
  const without = (...left: readonly string[]): Case => {
    const shapes = Object.entries(caseOf('vit_small_patch16_rope_ape_224').shapes);
    const kept = shapes.filter(([name]) => !left.some((part) => name.includes(part)));
    return { ...caseOf('vit_small_patch16_rope_ape_224'), shapes: Object.fromEntries(kept) };
  };

  it('are not run where nothing tells the places of patches', () => {
    const bare = without('pos_embed', 'gamma_');
    const model = modelOf(bare, null);
    expect([model.family, model.position]).toEqual(['timm-vit', 'unknown']);
    expect(model.assumptions.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^The file has no position table/u),
    );
    expect(refusalOf(model, bare)).toMatch(/nothing in the file tells how it knows the places/u);
  });

  it('are said nothing about where positions are in the file', () => {
    const plain = without('gamma_');
    const model = modelOf(plain, null);
    expect(model.assumptions.map(({ code }) => code)).toEqual([]);
    expect(refusalOf(model, plain)).toBe('runs');
  });

  it.each([
    ['its name', 2, 24, { architecture: 'vit_base_patch16_rpn_224' }],
    ['the width and depth of EVA02-E', 64, 1792, null],
  ])('have no norm in front of the attention by %s', (_name, depth, width, config) => {
    const shapes = timmVit({ depth, width }).flatMap(([name, shape]): Shapes => {
      if (config !== null || !name.endsWith('qkv.bias')) return [[name, shape]];
      const attention = name.slice(0, -'qkv.bias'.length);
      return [`${attention}q_bias`, `${attention}v_bias`].map((bias) => [bias, [width]]);
    });
    const { family, layers } = onlyModel(recogniseShapes(shapes, { config }));
    expect([family, layers[0]?.norm]).toEqual(['timm-post-norm', null]);
  });
});
