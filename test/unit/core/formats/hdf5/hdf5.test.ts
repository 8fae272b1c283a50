import { array, number, object, parse, record, string } from 'valibot';
import { describe, expect, it } from 'vitest';
import { fixtureBytes, fixtureJson } from '../../../support/fixtures.js';
import { problemOf } from '../../../support/problem-of.js';
import { openBytes, openFixture } from '../../../support/read-all.js';

const EXPECTED = object({ hdf5: record(string(), record(string(), array(number()))) });
const { hdf5: expected } = parse(EXPECTED, fixtureJson('formats/expected.json'));

/** The file with bytes written over it where `mark` stands for the nth time. */
function patched(path: string, mark: string, offset: number, bytes: readonly number[], nth = 0): Uint8Array {
  const copy = Uint8Array.from(fixtureBytes(path));
  let at = -1;
  for (let count = 0; count <= nth; count++) at = Buffer.from(copy).indexOf(mark, at + 1, 'latin1');
  if (at < 0) throw new Error(`no ${mark} in ${path}`);
  copy.set(bytes, at + offset);
  return copy;
}

describe('HDF5 files', () => {
  it.each(Object.entries(expected))('%s: every dataset is read as h5py wrote it', async (file, datasets) => {
    const { index, values } = await openFixture(`formats/${file}`);
    expect(index.format).toBe('hdf5');
    expect(index.tensors.map(({ name }) => name).sort()).toEqual(Object.keys(datasets).sort());
    for (const [name, wanted] of Object.entries(datasets)) expect(await values(name), name).toEqual(wanted);
  });

  it('says what it left out, and gives plain attributes as settings', async () => {
    const { index } = await openFixture('formats/old.h5');
    expect(Object.fromEntries(index.settings)).toEqual({ backend: 'tensorflow', count: 3, fixed: 'text' });
    expect(index.warnings).toHaveLength(1);
    expect(index.warnings[0]?.message).toMatch(/a\/b\/texts holds texts, no numbers; other lies in another file/);
    const half = index.tensors.find(({ name }) => name === 'a/b/half');
    expect(half).toMatchObject({ dtype: 'F16', shape: [7, 9] });
    expect(index.tensors.find(({ name }) => name === 'a/b/flags')).toMatchObject({ dtype: 'BOOL' });
  });

  it('leaves out datasets by name where nothing was written', async () => {
    const { index } = await openFixture('formats/lzf.h5');
    expect(index.tensors.map(({ name }) => name)).toEqual(['ok', 'packed']);
    expect(index.warnings[0]?.message).toMatch(/unwritten was never written/);
  });

  it('reads names and attributes out of heaps, and chunks out of pages and trees of two levels', async () => {
    const { index, values } = await openFixture('formats/paged.h5');
    const names = Array.from({ length: 90 }, (_, i) => `layer_${String(i)}_with_a_long_name`);
    expect(index.tensors.map(({ name }) => name)).toEqual([...names, 'fixed', 'grow', 'tree'].sort());
    expect(index.settings.get('number_11')).toBe(11);
    expect(await values('layer_61_with_a_long_name')).toEqual([61]);
    const numbers = Array.from({ length: 1500 }, (_, i) => i);
    expect(await values('fixed')).toEqual(numbers);
    expect(await values('grow')).toEqual(numbers);
    expect(await values('tree')).toEqual(numbers.slice(0, 300));
  });

  it('notices data that do not have their checksum', async () => {
    const bytes = Uint8Array.from(fixtureBytes('formats/v110.h5'));
    const { index } = await openFixture('formats/v110.h5');
    const tensor = index.tensors.find(({ name }) => name === 'single_lzf');
    if (tensor?.packing?.kind !== 'chunks') throw new Error('no chunks');
    const at = (tensor.packing.chunks[0]?.offset ?? 0) + 7;
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    const { values } = await openBytes(bytes, 'm.h5');
    const problem = await problemOf(values('single_lzf'));
    expect(problem.problem).toMatch(/data of single_lzf cannot be unpacked: a chunk does not have its checksum/);
  });

  it('reads structures and no data', async () => {
    const { source, index } = await openFixture('checkpoints/tf_hf_vit_h5/tf_model.h5');
    const data = index.tensors.reduce((sum, { byteLength }) => sum + byteLength, 0);
    expect(source.bytesRead).toBeLessThan(source.size - 0.6 * data);
  });

  it.each([
    ['a superblock of the future', patched('formats/old.h5', '\x89HDF', 8, [9]), 'unsupported', /version 9/],
    ['addresses of 3 bytes', patched('formats/old.h5', '\x89HDF', 13, [3]), 'malformed', /addresses of 3 bytes/],
    ['a tree that is no tree', patched('formats/many.h5', 'TREE', 0, [0]), 'malformed', /does not begin with TREE/],
    ['a tree that holds itself', patched('formats/many.h5', 'TREE', 5, [1]), 'malformed', /damaged|does not begin/],
    ['a heap beyond the end', patched('formats/many.h5', 'HEAP', 27, [1]), 'malformed', /lies beyond the end/],
    ['a list of 65,535 names', patched('formats/many.h5', 'SNOD', 6, [0xff, 0xff]), 'malformed', /beyond the end|list/],
    ['a fractal heap that is none', patched('formats/dense.h5', 'FRHP', 0, [0]), 'malformed', /not begin with FRHP/],
    ['blocks of 3 bytes', patched('formats/dense.h5', 'FRHP', 112, [3]), 'malformed', /blocks of impossible sizes/],
    ['a tree of 2^16 levels', patched('formats/dense.h5', 'BTHD', 12, [0xff, 0xff]), 'malformed', /names is damaged/],
    ['a leaf of 999 names', patched('formats/dense.h5', 'BTHD', 24, [0xe7, 3]), 'malformed', /too many records/],
    ['chunks of 0 bytes', patched('formats/v110.h5', 'FADB', 22, [0, 0], 1), 'malformed', /of 0 bytes where its/],
    ['half of it missing', fixtureBytes('formats/old.h5').subarray(0, 9_000), 'truncated', /superblock says/],
  ])('refuses %s', async (_name, bytes, code, words) => {
    const problem = await problemOf(openBytes(bytes, 'm.h5'));
    expect(problem.problem).toMatch(words);
    expect(problem.code).toBe(code);
  });
});
