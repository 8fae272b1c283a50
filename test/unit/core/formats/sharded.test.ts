import { describe, expect, it } from 'vitest';
import type { OpenOptions } from '../../../../src/core/formats/format.js';
import { openCheckpoint } from '../../../../src/core/formats/open-checkpoint.js';
import type { TensorIndex } from '../../../../src/core/tensors/tensor-index.js';
import { memoryFolder, memorySource } from '../../support/memory-source.js';
import { bytesOf, dict, pickle, tensor } from '../../support/pickle-writer.js';
import { problemOf } from '../../support/problem-of.js';
import { float32Entry, safetensorsOf } from '../../support/safetensors-writer.js';
import { torchArchive } from '../../support/zip-writer.js';

const ONE = safetensorsOf({ a: float32Entry([2], 0), b: float32Entry([2], 8) }, new Uint8Array(16));
const TWO = safetensorsOf({ c: float32Entry([2], 0) }, new Uint8Array(8));

function open(
  index: unknown,
  files: Readonly<Record<string, Uint8Array>>,
  options: OpenOptions = {},
): Promise<TensorIndex> {
  const text = typeof index === 'string' ? index : JSON.stringify(index);
  const source = memorySource('model.safetensors.index.json', new TextEncoder().encode(text));
  return openCheckpoint(source, memoryFolder(files), options);
}

const whole = { metadata: { total_size: 24 }, weight_map: { c: 'two', a: 'one', b: 'one' } };

describe('an index of shards', () => {
  it('gives the tensors of all shards, each with its file', async () => {
    const index = await open(whole, { one: ONE, two: TWO });
    expect(index.format).toBe('safetensors-sharded');
    expect(index.files).toEqual(['model.safetensors.index.json', 'two', 'one']);
    expect(index.tensors.map(({ name, file }) => [name, index.files[file]])).toEqual([
      ['c', 'two'],
      ['a', 'one'],
      ['b', 'one'],
    ]);
  });

  it('reads shards of PyTorch too', async () => {
    const shard = torchArchive(pickle(dict({ a: tensor(), c: tensor() })), { '0': new Uint8Array(16) });
    const index = await open({ weight_map: { a: 'one', c: 'one' } }, { one: shard });
    expect(index).toMatchObject({ format: 'torch-zip', files: ['model.safetensors.index.json', 'one'] });
    expect(index.tensors.map(({ file }) => file)).toEqual([1, 1]);
  });

  it.each([
    [
      'a tensor that its shard does not hold',
      { weight_map: { a: 'two' } },
      'malformed',
      /a is said to lie in two and does not/,
    ],
    ['a shard that is missing', { weight_map: { a: 'three' } }, 'missing-file', /the shard three is missing/],
    ['an index as its own shard', { weight_map: { a: 'index.json' } }, 'not-a-checkpoint', /it is a text/],
    ['no tensor', { weight_map: {} }, 'malformed', /names no tensor/],
    ['a number in place of a file', '{"weight_map":{"a":1}}', 'malformed', /a string was expected/],
    ['the same tensor twice', '{"weight_map":{"a":"one","a":"two"}}', 'malformed', /has the key "a" twice/],
    [
      'too many shards',
      { weight_map: Object.fromEntries(Array.from({ length: 600 }, (_, i) => [`t${String(i)}`, `f${String(i)}`])) },
      'limit',
      /more than 512 shards/,
    ],
    ['something else than an index', { architectures: ['ViTModel'] }, 'not-a-checkpoint', /without the weight_map/],
    ['text that is no JSON', '{"weight_map":', 'malformed', /the index is not JSON/],
  ])('is refused with %s', async (_name, index, code, words) => {
    const json = bytesOf('{"weight_map":{"a":"one"}}');
    const problem = await problemOf(open(index, { one: ONE, two: TWO, 'index.json': json }));
    expect(problem.problem).toMatch(words);
    expect(problem.code).toBe(code);
  });

  it('leaves out what only the shards name, with a warning', async () => {
    const index = await open({ weight_map: { a: 'one' } }, { one: ONE });
    expect(index.tensors.map(({ name }) => name)).toEqual(['a']);
    expect(index.warnings).toMatchObject([{ code: 'not-in-index' }]);
  });

  it('gives what lies whole when a shard is missing or cut short and that is asked for', async () => {
    const missing = await open(whole, { one: ONE }, { partial: true });
    expect(missing.tensors.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(missing.warnings).toMatchObject([{ code: 'cut-short' }]);
    const files = { one: ONE.subarray(0, ONE.length - 4), two: TWO };
    const problem = await problemOf(open(whole, files));
    expect([problem.code, problem.file]).toEqual(['truncated', 'one']);
    expect(problem.remains).toEqual({ wholeTensors: 2, brokenTensor: 'b' });
    const absent = await problemOf(open(whole, { one: ONE }));
    expect(absent).toMatchObject({ code: 'missing-file', remains: { wholeTensors: 2, brokenTensor: 'c' } });
    expect((await problemOf(open(whole, {}, { partial: true }))).code).toBe('truncated');
    const cut = await open(whole, files, { partial: true });
    expect(cut.tensors.map(({ name }) => name)).toEqual(['c', 'a']);
  });
});
