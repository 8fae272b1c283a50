import { describe, expect, it } from 'vitest';
import type { OpenOptions } from '../../../../../src/core/formats/format.js';
import { openCheckpoint } from '../../../../../src/core/formats/open-checkpoint.js';
import type { TensorIndex } from '../../../../../src/core/tensors/tensor-index.js';
import { cpuTime } from '../../../support/cpu-time.js';
import { memorySource, NO_FILES } from '../../../support/memory-source.js';
import { problemOf } from '../../../support/problem-of.js';
import { float32Entry, safetensorsOf } from '../../../support/safetensors-writer.js';

function open(bytes: Uint8Array, options: OpenOptions = {}): Promise<TensorIndex> {
  return openCheckpoint(memorySource('model.safetensors', bytes), NO_FILES, options);
}

const data = (length: number) => new Uint8Array(length);

describe('safetensors', { timeout: 60_000 }, () => {
  it('gives each tensor its place in the file', async () => {
    const header = { b: float32Entry([2], 16), a: float32Entry([2, 2], 0), __metadata__: { format: 'pt' } };
    const bytes = safetensorsOf(header, data(24));
    const index = await open(bytes);
    const start = bytes.length - 24;
    expect(index).toEqual({
      format: 'safetensors',
      files: ['model.safetensors'],
      tensors: [
        { name: 'b', dtype: 'F32', shape: [2], strides: null, file: 0, offset: start + 16, byteLength: 8 },
        { name: 'a', dtype: 'F32', shape: [2, 2], strides: null, file: 0, offset: start, byteLength: 16 },
      ],
      settings: new Map([['__metadata__.format', 'pt']]),
      warnings: [],
    });
  });

  it('reads the length and the header, and nothing of the data', async () => {
    const source = memorySource('model.safetensors', safetensorsOf({ a: float32Entry([1_000], 0) }, data(4_000)));
    await openCheckpoint(source, NO_FILES);
    expect(Math.max(...source.reads.slice(1).map(({ offset, length }) => offset + length))).toBe(source.size - 4_000);
  });

  it('takes names of any kind, and spaces behind the header', async () => {
    const header =
      '{"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"\\u00e9\\n😀":{"dtype":"U8","shape":[],"data_offsets":[1,2],"extra":[{}]}}   ';
    const index = await open(safetensorsOf(header, data(2)));
    expect(index.tensors.map(({ name }) => name)).toEqual(['__proto__', 'é\n😀']);
  });

  it('takes a header without tensors, and empty tensors anywhere in the data', async () => {
    expect((await open(safetensorsOf({}))).tensors).toEqual([]);
    const empty = { dtype: 'F32', shape: [0, 3], data_offsets: [4, 4] };
    expect((await open(safetensorsOf({ a: float32Entry([2], 0), empty }, data(8)))).tensors).toHaveLength(2);
  });

  it.each([
    [
      'a missing field',
      { w: { dtype: 'F32', shape: [1] } },
      4,
      /entry of w lacks its dtype, its shape or its two data_offsets/,
    ],
    ['three offsets', { w: { dtype: 'F32', shape: [1], data_offsets: [0, 4, 8] } }, 4, /lacks .* two data_offsets/],
    [
      'a field twice',
      '{"w":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}',
      4,
      /has the key "dtype" twice/,
    ],
    [
      'the same name in two spellings',
      '{"w":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\\u0077":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}',
      0,
      /has the key "w" twice/,
    ],
    [
      'a shape that is a text',
      { w: { dtype: 'F32', shape: '4', data_offsets: [0, 4] } },
      4,
      /header is not JSON: .* an array was expected/,
    ],
    ['half an element', { w: { dtype: 'F32', shape: [1.5], data_offsets: [0, 6] } }, 6, /no whole number/],
    ['half a byte', { w: { dtype: 'U8', shape: [1], data_offsets: [0.5, 1.5] } }, 2, /offset that is no whole number/],
    [
      '2^60 elements',
      { w: { dtype: 'U8', shape: [2 ** 30, 2 ** 30], data_offsets: [0, 4] } },
      4,
      /more than 2\^53 elements/,
    ],
    ['65 axes', { w: { dtype: 'U8', shape: Array.from({ length: 65 }, () => 1), data_offsets: [0, 1] } }, 1, /65 axes/],
    ['bytes behind the last tensor', { w: float32Entry([1], 0) }, 5, /1 bytes behind the last tensor belong to none/],
    [
      'bytes before the first tensor',
      { w: float32Entry([1], 4) },
      8,
      /4 bytes between the header and w belong to no tensor/,
    ],
    [
      'an empty tensor behind the data',
      { w: float32Entry([1], 0), e: { dtype: 'U8', shape: [0], data_offsets: [9, 9] } },
      4,
      /empty tensor e lies behind the data/,
    ],
    ['more text behind the header', '{} x', 0, /nothing more was expected/],
    ['a text in place of the header', '"w"', 0, /.*/],
  ])('refuses %s', async (_name, header, length, words) => {
    const problem = await problemOf(open(safetensorsOf(header, data(length))));
    expect(problem.problem).toMatch(words);
    expect(['malformed', 'not-a-checkpoint']).toContain(problem.code);
  });

  it('names packed types as such', async () => {
    const problem = await problemOf(
      open(safetensorsOf({ w: { dtype: 'F4', shape: [2], data_offsets: [0, 1] } }, data(1))),
    );
    expect(problem.code).toBe('unsupported');
  });

  it('refuses a header beyond its limit without reading it', async () => {
    const source = memorySource('model.safetensors', safetensorsOf(`{${' '.repeat(40 * 2 ** 20)}}`));
    const problem = await problemOf(openCheckpoint(source, NO_FILES));
    expect(problem.code).toBe('limit');
    expect(source.bytesRead).toBeLessThan(1_000);
  });

  it('stops at deep nesting in parts that it passes over', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const header = `{"w":{"dtype":"U8","shape":[0],"data_offsets":[0,0],"x":${deep}}}`;
    expect((await problemOf(open(safetensorsOf(header)))).problem).toMatch(/nested more than 64 levels/);
  });

  it('opens what lies whole in a file that is cut short when asked', async () => {
    const header = { a: float32Entry([4], 0), c: float32Entry([4], 32), b: float32Entry([4], 16) };
    const cut = safetensorsOf(header, data(40));
    const problem = await problemOf(open(cut));
    expect(problem.code).toBe('truncated');
    expect(problem.problem).toBe(
      'the header lists 48 bytes of tensor data; the file ends 8 bytes before that, inside c',
    );
    expect(problem.remains).toEqual({ wholeTensors: 2, brokenTensor: 'c' });
    const part = await open(cut, { partial: true });
    expect(part.tensors.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(part.warnings).toMatchObject([{ code: 'cut-short' }]);
    const nothing = await problemOf(open(safetensorsOf(header, data(3)), { partial: true }));
    expect(nothing.remains).toBeNull();
  });

  it('opens 10,000 tensors fast', async () => {
    const entries = Array.from(
      { length: 10_000 },
      (_, i) => [`layer.${String(i)}.weight`, float32Entry([2, 2], 16 * i)] as const,
    );
    const bytes = safetensorsOf(Object.fromEntries(entries), data(160_000));
    const start = cpuTime();
    expect((await open(bytes)).tensors).toHaveLength(10_000);
    expect(cpuTime() - start).toBeLessThan(2_000);
  });
});
