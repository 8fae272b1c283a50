import { cpSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../../../../src/core/formats/open-checkpoint.js';
import { readMatrixView } from '../../../../../src/core/tensors/read.js';
import { openCheckpointFolder } from '../../../../../src/host/files/checkpoint-folder.js';
import { resolveCheckpoint } from '../../../../../src/host/files/resolve-checkpoint.js';
import { FIXTURES, fixtureBytes, withCheckpoint } from '../../../support/fixtures.js';
import { FUZZ_FILES, fuzzFiles } from '../../../support/fuzz-files.js';
import { memoryFolder, memorySource, NO_FILES } from '../../../support/memory-source.js';
import { problemOf } from '../../../support/problem-of.js';

const CASE = 'checkpoints/torch_distributed';
const SMALL = { metadata: fixtureBytes('formats/dcp/.metadata'), shard: fixtureBytes('formats/dcp/__0_0.distcp') };

/** Metadata with a text replaced by another of the same length. */
function renamed(from: string, to: string, bytes = SMALL.metadata): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1').replaceAll(from, to);
  if (text.length !== bytes.length) throw new Error('texts of different lengths');
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

const temporary: string[] = [];
afterAll(() => {
  for (const path of temporary) rmSync(path, { recursive: true });
});

describe('distributed checkpoints of PyTorch', () => {
  it('join tensors whose rows or columns lie in several files', async () => {
    const whole = new Map<string, Float64Array>();
    const view = { rowStart: 0, rows: 64, columns: 32, transposed: false };
    const name = 'blocks.1.mlp.fc1.weight';
    await withCheckpoint(join(FIXTURES, 'checkpoints/timm_vit_pth'), async ({ index, folder }) => {
      const tensor = index.tensors.find((each) => each.name === name);
      if (tensor !== undefined)
        whole.set(name, await readMatrixView(await folder.open('vit.pth'), { ...view, tensor }));
    });
    await withCheckpoint(join(FIXTURES, CASE), async ({ index, folder }) => {
      expect(index.format).toBe('torch-distributed');
      expect([...index.files].sort()).toEqual(['.metadata', '__0_0.distcp', '__1_0.distcp']);
      const tensor = index.tensors.find((each) => each.name === `model.${name}`);
      if (tensor === undefined) throw new Error(`no ${name}`);
      expect(tensor.packing).toMatchObject({ kind: 'chunks', chunks: [{ shape: [64, 16] }, { shape: [64, 16] }] });
      const open = (file: number) => folder.open(index.files[file] ?? '');
      expect(await readMatrixView(await open(tensor.file), { ...view, tensor }, open)).toEqual(whole.get(name));
      const problem = await problemOf(readMatrixView(await open(tensor.file), { ...view, tensor }));
      expect(problem.problem).toMatch(/lies in several files/);
    });
  });

  it('open by any of their parts, and by their folder', async () => {
    const place = await resolveCheckpoint(join(FIXTURES, CASE));
    expect(place.name).toBe('.metadata');
    const folder = memoryFolder({ '.metadata': SMALL.metadata, '__0_0.distcp': SMALL.shard });
    for (const name of ['.metadata', '__0_0.distcp']) {
      const { tensors } = await openCheckpoint(await folder.open(name), folder);
      expect(tensors.map(({ shape, dtype }) => [dtype, shape])).toEqual([
        ['F32', [2, 3]],
        ['F16', [4]],
      ]);
    }
  });

  it('read the ends of parts and no numbers', async () => {
    const counter = { bytes: 0 };
    const place = await resolveCheckpoint(join(FIXTURES, CASE));
    const folder = openCheckpointFolder(place, counter);
    const { tensors } = await openCheckpoint(await folder.open(place.name), folder);
    await folder.close();
    // An archive of a small tensor is little more than its ends.
    expect(counter.bytes).toBeLessThan(11_000 + 2 * tensors.length * 3_072);
  });

  it.each([
    ['a part that leaves the folder', renamed('__0_0.distcp', '../_0.distcp'), 'missing-file', /cannot be opened/],
    ['a missing part', renamed('__0_0.distcp', '__9_9.distcp'), 'missing-file', /part __9_9\.distcp cannot be opened/],
    ['a list without its places', renamed('storage_data', 'storage_dat_'), 'malformed', /no metadata/],
    ['a name that it has no place for', renamed('relative_path', 'relative_pat_'), 'malformed', /list of places/],
  ])('are refused with %s', async (_name, metadata, code, words) => {
    const folder = memoryFolder({ '__0_0.distcp': SMALL.shard });
    const problem = await problemOf(openCheckpoint(memorySource('.metadata', metadata), folder));
    expect(problem.problem).toMatch(words);
    expect(problem.code).toBe(code);
  });

  it('name no file outside their folder', async () => {
    const path = mkdtempSync(join(tmpdir(), 'qk-lens-distcp-'));
    temporary.push(path);
    const inside = join(path, 'checkpoint');
    cpSync(join(FIXTURES, 'formats/dcp'), inside, { recursive: true });
    renameSync(join(inside, '__0_0.distcp'), join(path, '_0.distcp'));
    const folder = openCheckpointFolder({ folder: inside, name: '.metadata' }, { bytes: 0 });
    const bytes = renamed('__0_0.distcp', '../_0.distcp');
    const problem = await problemOf(openCheckpoint(memorySource('.metadata', bytes), folder));
    await folder.close();
    expect(problem.code).toBe('outside-folder');
  });

  it('are refused where a part stands alone, is cut short or lies in another order', async () => {
    const alone = await problemOf(openCheckpoint(memorySource('__0_0.distcp', SMALL.shard), NO_FILES));
    expect(alone.problem).toMatch(/the file \.metadata that says what it holds is missing/);
    const short = memoryFolder({ '.metadata': SMALL.metadata });
    const cut = await problemOf(openCheckpoint(memorySource('__0_0.distcp', SMALL.shard.subarray(0, 2_000)), short));
    expect(cut.code).toBe('truncated');
    const strided = join(FIXTURES, 'formats/dcp_strided');
    const problem = await problemOf(withCheckpoint(strided, () => null));
    expect(problem.problem).toMatch(/not stored row by row/);
    expect(problem.advice).toMatch(/dcp_to_torch/);
  });

  it(`open or fail with a named cause: ${String(FUZZ_FILES)} mutated files`, { timeout: FUZZ_FILES * 20 }, async () => {
    const withShard = memoryFolder({ '__0_0.distcp': SMALL.shard });
    const withMetadata = memoryFolder({ '.metadata': SMALL.metadata });
    await fuzzFiles([
      { name: '.metadata', bytes: SMALL.metadata, folder: withShard },
      { name: '__0_0.distcp', bytes: SMALL.shard, folder: withMetadata, region: { start: 0, end: 700 } },
    ]);
  });
});
