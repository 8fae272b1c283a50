import { array, number, object, parse, record, string } from 'valibot';
import { describe, expect, it } from 'vitest';
import { fixtureJson } from '../../../support/fixtures.js';
import { bytesOf } from '../../../support/pickle-writer.js';
import { problemOf } from '../../../support/problem-of.js';
import { openBytes, openFixture } from '../../../support/read-all.js';

const EXPECTED = object({ flax: record(string(), array(number())) });
const { flax: expected } = parse(EXPECTED, fixtureJson('formats/expected.json'));

/** An array of float32 as Flax writes it. @param shape as msgpack, such as `\x91\x04` for (4,). */
function arrayOf(shape: string, dtype: string, data: number, declared = data): Uint8Array {
  const head = bytesOf('\x93', shape, Uint8Array.of(0xa0 | dtype.length), dtype, Uint8Array.of(0xc4, declared));
  const length = head.length + data;
  return bytesOf(Uint8Array.of(0xc8, length >> 8, length & 0xff, 1), head, new Uint8Array(data));
}

function mapOf(...entries: readonly (readonly [string, Uint8Array])[]): Uint8Array {
  const parts = entries.flatMap(([key, value]) => [Uint8Array.of(0xa0 | key.length), key, value]);
  return bytesOf(Uint8Array.of(0x80 | entries.length), ...parts);
}

describe('Flax files', () => {
  it('gives arrays, also those in pieces, and plain values', async () => {
    const { index, values } = await openFixture('formats/params.msgpack');
    expect(index.format).toBe('flax-msgpack');
    expect(index.tensors.map(({ name }) => name)).toEqual(Object.keys(expected));
    for (const [name, wanted] of Object.entries(expected)) expect(await values(name), name).toEqual(wanted);
    expect(index.tensors[0]).toMatchObject({ path: 'params.dense.weight', inputsFirst: true, shape: [6, 4] });
    expect(Object.fromEntries(index.settings)).toEqual({
      step: 7,
      name: 'tiny',
      'list/0': 1,
      'list/1': 2.5,
      'list/2': -3,
    });
  });

  it('reads names and shapes and no data', async () => {
    const large = new Uint8Array(1_000_000);
    const array = bytesOf('\x93\x91\xce\x00\x03\xd0\x90\xa7float32\xc6\x00\x0f\x42\x40', large);
    const extension = bytesOf(
      Uint8Array.of(0xc9, 0, (array.length >> 16) & 0xff, (array.length >> 8) & 0xff, array.length & 0xff, 1),
      array,
    );
    const { source, index } = await openBytes(mapOf(['a', extension], ['b', extension]), 'm.msgpack');
    expect(index.tensors).toMatchObject([{ shape: [250_000] }, { shape: [250_000] }]);
    expect(source.bytesRead).toBeLessThan(3_000);
  });

  it.each([
    [
      'a shape of more data',
      mapOf(['w', arrayOf('\x91\x05', 'float32', 16)]),
      'malformed',
      /20 bytes by its shape, 16/,
    ],
    ['a length of more data', mapOf(['w', arrayOf('\x91\x04', 'float32', 16, 200)]), 'malformed', /contradicts itself/],
    ['a negative size', mapOf(['w', arrayOf('\x91\xfc', 'float32', 16)]), 'malformed', /negative dimension/],
    ['a size that is no number', mapOf(['w', arrayOf('\x91\xc3', 'float32', 16)]), 'malformed', /no whole number/],
    ['an unknown type', mapOf(['w', arrayOf('\x91\x04', 'float33', 16)]), 'unsupported', /float33/],
    ['no arrays', mapOf(['a', Uint8Array.of(1)]), 'not-a-checkpoint', /holds no arrays/],
    ['the same key twice', mapOf(['a', Uint8Array.of(1)], ['a', Uint8Array.of(1)]), 'malformed', /the key a twice/],
    ['an unknown extension', mapOf(['a', Uint8Array.of(0xd4, 9, 0)]), 'unsupported', /unknown type 9/],
    ['more behind its end', bytesOf(mapOf(['a', Uint8Array.of(1)]), '\0'), 'malformed', /1 bytes stand behind/],
    ['dictionaries without end', bytesOf('\x81\xa1a'.repeat(300), '\x01'), 'limit', /nested too deeply/],
    ['a list of 2^32 values', mapOf(['a', bytesOf('\xdd\xff\xff\xff\xff')]), 'truncated', /longer than the file/],
    ['a code that is none', mapOf(['a', Uint8Array.of(0xc1)]), 'malformed', /unknown code 0xc1/],
  ])('refuses %s', async (_name, bytes, code, words) => {
    const problem = await problemOf(openBytes(bytes, 'm.msgpack'));
    expect(problem.problem).toMatch(words);
    expect(problem.code).toBe(code);
  });
});
