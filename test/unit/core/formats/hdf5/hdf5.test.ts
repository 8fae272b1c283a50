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

  it('leaves out datasets by name where the filter is unknown or nothing was written', async () => {
    const { index } = await openFixture('formats/lzf.h5');
    expect(index.tensors.map(({ name }) => name)).toEqual(['ok']);
    expect(index.warnings[0]?.message).toMatch(/packed is compressed with LZF; unwritten was never written/);
  });

  it.each([
    ['dense.h5', 'unsupported', /fractal heap/, /h5py and its default settings/],
    ['latest_chunks.h5', 'unsupported', /w is chunked with an index of version 4/, /default settings/],
  ])('%s is refused by name, with advice', async (file, code, words, advice) => {
    const problem = await problemOf(openFixture(`formats/${file}`));
    expect(problem.problem).toMatch(words);
    expect(problem.code).toBe(code);
    expect(problem.advice).toMatch(advice);
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
    ['half of it missing', fixtureBytes('formats/old.h5').subarray(0, 9_000), 'truncated', /superblock says/],
  ])('refuses %s', async (_name, bytes, code, words) => {
    const problem = await problemOf(openBytes(bytes, 'm.h5'));
    expect(problem.problem).toMatch(words);
    expect(problem.code).toBe(code);
  });
});
