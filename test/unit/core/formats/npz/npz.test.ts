import { array, number, object, parse, record, string } from 'valibot';
import { describe, expect, it } from 'vitest';
import { fixtureBytes, fixtureJson } from '../../../support/fixtures.js';
import { bytesOf } from '../../../support/pickle-writer.js';
import { problemOf } from '../../../support/problem-of.js';
import { randomNumbers } from '../../../support/random.js';
import { openBytes, openFixture } from '../../../support/read-all.js';
import { zipOf } from '../../../support/zip-writer.js';

const EXPECTED = object({ npz: record(string(), array(number())) });
const { npz: expected } = parse(EXPECTED, fixtureJson('formats/expected.json'));

/** An array as numpy.save writes it. */
function npyOf(descr: string, shape: string, data: Uint8Array, order = 'False'): Uint8Array {
  const header = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }`;
  const padded = `${header}${' '.repeat(63 - ((10 + header.length) % 64))}\n`;
  return bytesOf('\x93NUMPY\x01\0', Uint8Array.of(padded.length & 0xff, padded.length >> 8), padded, data);
}

function archive(array: Uint8Array, name = 'w.npy'): Uint8Array {
  return zipOf([{ name, data: array }]);
}

const FOUR = new Uint8Array(16);

describe('NumPy archives', () => {
  it.each(['stored.npz', 'deflated.npz'])(
    '%s: every type, byte order and axis order is read as NumPy does',
    async (file) => {
      const { index, values } = await openFixture(`formats/${file}`);
      expect(index.format).toBe('npz');
      expect(index.warnings).toEqual([]);
      expect(index.tensors.map(({ name }) => name)).toEqual(Object.keys(expected));
      for (const [name, wanted] of Object.entries(expected)) expect(await values(name), name).toEqual(wanted);
    },
  );

  it('gives the types and shapes of the arrays', async () => {
    const { index } = await openFixture('formats/stored.npz');
    const found = new Map(index.tensors.map((tensor) => [tensor.name, tensor]));
    expect(found.get('plain/kernel')).toMatchObject({ dtype: 'F32', shape: [6, 4], inputsFirst: true });
    expect(found.get('plain/kernel')).toMatchObject({ path: 'plain.weight' });
    expect(found.get('brain')).toMatchObject({ dtype: 'BF16', shape: [6, 4] });
    expect(found.get('big')).toMatchObject({ dtype: 'F32', bigEndian: true });
    expect(found.get('fortran')).toMatchObject({ dtype: 'F64', strides: [1, 6] });
    expect(found.get('scalar')).toMatchObject({ shape: [] });
  });

  it('reads a single array', async () => {
    const { index, values } = await openFixture('formats/array.npy');
    expect(index.format).toBe('npy');
    expect(await values('array')).toEqual(expected['fortran3']);
  });

  it('reads headers and nothing else', async () => {
    const large = npyOf('<f4', '(1000000,)', new Uint8Array(4_000_000));
    const { source } = await openBytes(
      zipOf([1, 2, 3].map((i) => ({ name: `${String(i)}.npy`, data: large }))),
      'm.npz',
    );
    expect(source.bytesRead).toBeLessThan(3_000);
    const packed = await openBytes(zipOf([{ name: 'w.npy', data: large, deflated: true }]), 'm.npz');
    expect(packed.source.bytesRead).toBeLessThan(3_000);
    const before = packed.source.bytesRead;
    expect((await packed.values('w')).length).toBe(1_000_000);
    expect(packed.source.bytesRead - before).toBeLessThan(10_000);
  });

  it.each([
    ['an object array', npyOf('|O', '(4,)', FOUR), 'unsupported', /object array: a pickle/],
    ['a text array', npyOf('<U4', '(1,)', FOUR), 'unsupported', /of the type <U4/],
    ['records', npyOf("<f4', 'x': [('a', '<f4')], 'y': '", '(4,)', FOUR), 'malformed', /not a literal/],
    ['a call in its header', npyOf('<f4', '(4,), "x": __import__("os")', FOUR), 'malformed', /not a literal/],
    ['a negative size', npyOf('<f4', '(-4,)', FOUR), 'malformed', /not a literal/],
    ['too little data', npyOf('<f4', '(5,)', FOUR), 'malformed', /declares more data than it has/],
    ['too much data', npyOf('<f4', '(3,)', FOUR), 'malformed', /declares less data than it has/],
    ['2^60 elements', npyOf('<f4', '(1152921504606846976,)', FOUR), 'malformed', /declares more|no whole number/],
    ['a version of the future', bytesOf('\x93NUMPY\x09\0', FOUR), 'unsupported', /unknown version 9/],
    ['a header beyond the end', bytesOf('\x93NUMPY\x01\0\xff\x7f', FOUR), 'malformed', /inside its header/],
  ])('refuses %s, in an archive and alone', async (_name, bytes, code, words) => {
    const problem = await problemOf(openBytes(archive(bytes), 'm.npz'));
    expect(problem.problem).toMatch(words);
    expect(problem.code).toBe(code);
    await problemOf(openBytes(bytes, 'm.npy'));
  });

  it.each([false, true])('parts the layers that big_vision stacks in one array (packed: %s)', async (packed) => {
    const numbers = Float32Array.from({ length: 12 }, (_, i) => i);
    const data = npyOf('<f4', '(3, 2, 2)', new Uint8Array(numbers.buffer));
    const name = 'params/img/Transformer/encoderblock/Attention_0/query/kernel';
    const file = { name: `${name}.npy`, data, ...(packed ? { deflated: true as const } : {}) };
    const { index, values } = await openBytes(zipOf([file]), 'm.npz');
    expect(index.tensors.map((tensor) => [tensor.name, tensor.shape])).toEqual(
      [0, 1, 2].map((layer) => [`${name}[${String(layer)}]`, [2, 2]]),
    );
    expect(index.tensors[2]?.path).toBe('params.img.Transformer.encoderblock_2.Attention_0.query.weight');
    expect(await values(`${name}[1]`)).toEqual([4, 5, 6, 7]);
  });

  it('names what it leaves out where other arrays can be read', async () => {
    const files = [
      { name: 'w.npy', data: npyOf('<f4', '(4,)', FOUR) },
      { name: 'names.npy', data: npyOf('|O', '(4,)', FOUR) },
      { name: 'notes.txt', data: FOUR },
    ];
    const { index } = await openBytes(zipOf(files), 'm.npz');
    expect(index.tensors).toHaveLength(1);
    expect(index.warnings).toMatchObject([{ code: 'tensors-left-out' }]);
    expect(index.warnings[0]?.message).toMatch(/names is an object array.*1 entries are no arrays/);
  });

  it('refuses an unpacked size that compressed bytes cannot hold, and damaged data', async () => {
    const bytes = zipOf([{ name: 'w.npy', data: npyOf('<f4', '(4,)', FOUR), deflated: true }]);
    const lying = Uint8Array.from(bytes);
    const directory = Buffer.from(bytes).lastIndexOf('PK\x01\x02', undefined, 'latin1');
    new DataView(lying.buffer).setUint32(directory + 24, 0x7fff_ffff, true);
    expect((await problemOf(openBytes(lying, 'm.npz'))).problem).toMatch(/compressed ones cannot hold/);
    const random = randomNumbers(1);
    const text = Uint8Array.from({ length: 64_000 }, () => Math.floor(random() ** 3 * 16));
    const large = zipOf([{ name: 'w.npy', data: npyOf('<f4', '(16000,)', text), deflated: true }]);
    const broken = Uint8Array.from(large).fill(0xff, large.length - 1_000, large.length - 300);
    const { values } = await openBytes(broken, 'm.npz');
    expect((await problemOf(values('w'))).problem).toMatch(/the data of w cannot be unpacked/);
  });

  it('says that an archive is cut short', async () => {
    const whole = fixtureBytes('checkpoints/google_npz/vit.npz');
    const problem = await problemOf(openBytes(whole.subarray(0, 60_000), 'vit.npz'));
    expect(problem.code).toBe('truncated');
  });
});
