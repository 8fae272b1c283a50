import { array, nullable, number, object, parse, record, string, tuple } from 'valibot';
import { describe, expect, it } from 'vitest';
import { anglesOf } from '../../../../src/core/analysis/distance/turn-rows.js';
import { rotationTables } from '../../../../src/core/inference/rotation.js';
import type { Model } from '../../../../src/core/model/model.js';
import { fixtureJson } from '../../support/fixtures.js';
import { onlyModel, recogniseShapes } from './support.js';

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

const modelOf = ({ shapes }: Case, config: unknown): Model =>
  onlyModel(recogniseShapes(Object.entries(shapes), { config, heads: 3 }));

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
          // Only differences of angles matter to scores; Perception Encoder counts from 1.
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
    const each = CASES.find((one) => one.name === name);
    if (each === undefined) throw new Error(`no case ${name}`);
    const { position, rotation } = modelOf(each, { architecture: name, ...said });
    expect(position).toBe('rope');
    expect(rotation).toBeUndefined();
  });

  it('are not taken for one by names that others have too', () => {
    const [first] = CASES;
    if (first === undefined) throw new Error('no case');
    expect(modelOf(first, null)).toMatchObject({ family: 'timm-vit', position: 'unknown' });
  });
});
