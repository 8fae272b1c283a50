import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CheckpointError } from '../../../../src/core/errors.js';
import { recogniseShapes, type Shapes, timmVit } from './support.js';

/** Far more than any of these takes (about one second), far less than a search that goes back and forth would. */
const LIMIT_MS = 5_000;

/** The same by the clock, on a machine that is busy with other things. */
const TIMEOUT_MS = 60_000;

/** Recognises within the limit of processor time: the clock also counts what else the machine does. */
function within(shapes: Shapes, options: Parameters<typeof recogniseShapes>[1] = {}) {
  const start = process.cpuUsage();
  const recognition = recogniseShapes(shapes, options);
  const { user, system } = process.cpuUsage(start);
  expect((user + system) / 1_000).toBeLessThan(LIMIT_MS);
  return recognition;
}

const many = (count: number, nameOf: (index: number) => string, shape: readonly number[] = [96, 32]): Shapes =>
  Array.from({ length: count }, (_, index) => [nameOf(index), shape]);

describe('hostile names', () => {
  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'prototype', ''])(
    '%s is a name like any other',
    (word) => {
      for (const prefix of [`${word}.`, `teacher.${word}.`, `${word}.state_dict.`]) {
        const { models } = recogniseShapes(timmVit({ prefix }));
        expect(models.map(({ prefix: found }) => found)).toEqual([prefix]);
      }
      recogniseShapes([
        [word, [3]],
        [`${word}.qkv.weight`, [96, 32]],
        [`blocks.${word}.attn.qkv.weight`, [96, 32]],
      ]);
      expect(Object.keys(Object.prototype)).toEqual([]);
    },
  );

  it('of a megabyte are left out, and said', () => {
    const long = 'a'.repeat(1_000_000);
    const deep = 'a.'.repeat(500_000);
    const { models, warnings } = within([
      ...timmVit(),
      [long, [1]],
      [`${deep}qkv.weight`, [96, 32]],
      [`blocks.${'1'.repeat(1_000_000)}.attn.qkv.weight`, [96, 32]],
    ]);
    expect(models[0]?.layers).toHaveLength(2);
    expect(warnings.map(({ code }) => code)).toEqual(['long-names']);
    expect(warnings[0]?.message).toContain('3 tensors');
  });

  it.each([
    ['thousands of digits', `blocks.${'9'.repeat(900)}.attn.qkv.weight`],
    ['a number beyond counting', 'blocks.999999999999999999999.attn.qkv.weight'],
    ['a number written twice', 'blocks.01.attn.qkv.weight'],
    ['a negative number', 'blocks.-1.attn.qkv.weight'],
    ['a fraction', 'blocks.1.5.attn.qkv.weight'],
    ['braces', 'blocks.{}.attn.qkv.weight'],
    ['other braces', 'blocks.{i}.attn.qkv.weight'],
    ['a line break', 'blocks.0\n.attn.qkv.weight'],
    ['a null', 'blocks.\u0000.attn.qkv.weight'],
    ['dots alone', '.....qkv.weight'],
  ])('with %s make no layer of the model', (_, name) => {
    const { models } = within([...timmVit(), [name, [1152, 384]]]);
    const model = models.find(({ family }) => family === 'timm-vit');
    expect(model?.layers.map(({ path }) => path)).toEqual(['blocks.0.attn', 'blocks.1.attn']);
  });

  it('with a large number cost no more than one with a small', () => {
    const { models, warnings } = within([
      ...timmVit({ depth: 1 }),
      ...timmVit({ depth: 1 }).map(([name, shape]) => [name.replace('blocks.0.', 'blocks.99999.'), shape] as const),
    ]);
    expect(models[0]?.layers).toHaveLength(2);
    expect(warnings[0]?.message).toContain('no usable layer 1 to 99998.');
  });

  it('are shown short and without control characters', () => {
    const { warnings } = recogniseShapes([[`${'x'.repeat(900)}\u001b[31m.q_proj.weight`, [32, 32]]]);
    expect(warnings[0]?.message.length).toBeLessThan(400);
    expect(warnings[0]?.message).not.toMatch(/\u001b/);
  });
});

describe('ten thousand tensors', () => {
  const COUNT = 10_000;
  const nested = 'layers.0.blocks.0.'.repeat(3);

  it.each([
    ['one deep model', (index: number) => `blocks.${String(index)}.attn.qkv.weight`],
    ['as many models', (index: number) => `m${String(index)}.blocks.0.attn.qkv.weight`],
    ['as many halves', (index: number) => `m${String(index)}.q_proj.weight`],
    [
      'as many copies',
      (index: number) => `${'teacher.student.'.repeat(index % 30)}blocks.${String(index)}.attn.qkv.weight`,
    ],
    ['as many wrappers', (index: number) => `${'module.model.'.repeat(index % 30)}x${String(index)}.qkv.weight`],
    ['as many stages', (index: number) => `layers.${String(index)}.blocks.0.attn.qkv.weight`],
    ['nested numbers', (index: number) => `${nested}${String(index)}.blocks.${String(index)}.attn.in_proj_weight`],
    ['as many kinds of attention', (index: number) => `blocks.0.attn${String(index)}.qkv.weight`],
    ['one module with many tensors', (index: number) => `blocks.0.attn.qkv.weight${index === 0 ? '' : String(index)}`],
    [
      'names that end alike',
      (index: number) => `${'a.'.repeat(index % 60)}${String(index)}.attention.attention.query.weight`,
    ],
    ['long names', (index: number) => `${'q_proj.weight.'.repeat(60)}${String(index)}.q_proj.weight`],
  ])('are recognised in time: %s', { timeout: TIMEOUT_MS }, (_, nameOf) => {
    const { models } = within(many(COUNT, nameOf));
    expect(models.length).toBeLessThanOrEqual(32);
  });

  it('of a real model are all placed', { timeout: TIMEOUT_MS }, () => {
    const { models } = within(timmVit({ depth: 800 }));
    expect(models[0]).toMatchObject({ unmatched: [], tensorCount: 800 * 12 + 6 });
    expect(models[0]?.layers).toHaveLength(800);
  });

  it('are taken with five thousand settings', { timeout: TIMEOUT_MS }, () => {
    const settings = Object.fromEntries(
      Array.from({ length: 5_000 }, (_, index) => [`a.${'b.'.repeat(index % 50)}num_heads.${String(index)}`, index]),
    );
    within(timmVit({ depth: 800 }), { settings });
  });
});

describe('any names and shapes', () => {
  const segment = fc.oneof(
    fc.constantFrom('blocks', 'layers', 'attn', 'qkv', 'weight', 'bias', 'q_proj', 'k_proj', 'in_proj_weight', 'norm1'),
    fc.constantFrom(
      '0',
      '1',
      '2',
      'teacher',
      'student',
      'model',
      'module',
      'encoder',
      'layer',
      'attention',
      'query',
      'key',
    ),
    fc.string({ maxLength: 4 }),
  );
  const name = fc.array(segment, { minLength: 1, maxLength: 8 }).map((segments) => segments.join('.'));
  const shape = fc.array(fc.oneof(fc.constantFrom(0, 1, 3, 8, 24), fc.nat()), { maxLength: 5 });

  it('give a sound answer', { timeout: TIMEOUT_MS }, () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(name, shape), { maxLength: 30 }),
        fc.jsonValue(),
        fc.nat(40),
        (shapes, config, heads) => {
          const options = heads === 0 ? {} : { heads };
          try {
            const { models, defaults } = recogniseShapes(shapes, { ...options, config });
            const names = models.map((model) => model.name);
            expect(new Set(names).size).toBe(names.length);
            for (const chosen of defaults) expect(names).toContain(chosen);
            for (const { layers } of models) {
              expect(layers.length).toBeGreaterThan(0);
              for (const [index, layer] of layers.entries()) {
                expect(layer.index).toBe(index);
                expect(layer.heads * layer.headSize).toBe(layer.query.weight.rows);
                expect(layer.keyValueHeads * layer.headSize).toBe(layer.key.weight.rows);
                expect(Number.isInteger(layer.heads / layer.keyValueHeads)).toBe(true);
                expect(layer.key.weight.columns).toBe(layer.width);
                for (const { tensor, rowStart, rows, columns } of [layer.query.weight, layer.key.weight]) {
                  const elements = tensor.shape.reduce((product, size) => product * size, 1);
                  expect((rowStart + rows) * columns).toBeLessThanOrEqual(elements);
                }
              }
            }
          } catch (error) {
            expect(error).toBeInstanceOf(CheckpointError);
            expect(error).toMatchObject({ code: 'wrong-use' });
          }
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
