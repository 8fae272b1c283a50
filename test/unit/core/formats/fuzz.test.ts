import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CheckpointError } from '../../../../src/core/errors.js';
import { openCheckpoint } from '../../../../src/core/formats/open-checkpoint.js';
import { isFloat } from '../../../../src/core/tensors/dtype.js';
import { readMatrixView } from '../../../../src/core/tensors/read.js';
import { elementCount, type TensorEntry, type TensorIndex } from '../../../../src/core/tensors/tensor-index.js';
import { cpuTime } from '../../support/cpu-time.js';
import { FIXTURES, fixtureBytes } from '../../support/fixtures.js';
import { memorySource, NO_FILES, type MemorySource } from '../../support/memory-source.js';
import { Dice, HEADER_MUTATIONS, mutate, PICKLE_MUTATIONS, type Region } from '../../support/mutate.js';

/** Longer runs by hand: QK_LENS_FUZZ_FILES=1000000 QK_LENS_FUZZ_SEED=2. */
const FILES = Number(process.env['QK_LENS_FUZZ_FILES'] ?? 21_000);
const SEED = Number(process.env['QK_LENS_FUZZ_SEED'] ?? 1);

const MAX_MILLISECONDS = 2_000;
/** For a file without a zip directory, some 60 looks for the next entry. */
const MAX_OVERHEAD = 64 * 2 ** 10;
const MAX_MEMORY = 300 * 2 ** 20;

/** A file to start from, and the part of it that a reader parses. */
interface Seed {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly region: Region;
}

function safetensorsSeed(path: string): Seed {
  const bytes = fixtureBytes(path);
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  return { name: path, bytes, region: { start: 0, end: Math.min(bytes.length, 8 + length) } };
}

/** The pickle at the start of the file, or the zip directory at its end. */
function torchSeeds(path: string): Seed[] {
  const bytes = fixtureBytes(path);
  const directory = Buffer.from(bytes).indexOf('PK\x01\x02', undefined, 'latin1');
  const pickle = { name: path, bytes, region: { start: 0, end: Math.min(bytes.length, 3_000) } };
  return directory < 0 ? [pickle] : [pickle, { name: path, bytes, region: { start: directory, end: bytes.length } }];
}

function files(folder: string, pattern: RegExp): string[] {
  const names = readdirSync(join(FIXTURES, folder)).filter((name) => pattern.test(name));
  return names.map((name) => join(folder, name)).filter((path) => readFileSync(join(FIXTURES, path)).length < 30_000);
}

const SAFETENSORS = [
  ...files('hostile', /^st_(zero|nan|overlap|hole|truncated|duplicate).*\.safetensors$/u),
  'checkpoints/precisions/float8_e4m3fn/model.safetensors',
  'checkpoints/precisions/float16/model.safetensors',
  'checkpoints/hf_vit/model.safetensors',
  'checkpoints/hf_vit_sharded/model-00002-of-00004.safetensors',
  'checkpoints/text_llama/model.safetensors',
].map(safetensorsSeed);

const TORCH = [
  ...files('hostile', /^(pk|zip).*\.pt$/u),
  ...files('torch-files', /\.pt$/u),
  'checkpoints/no_attention_unrelated/things.pt',
  'checkpoints/lightning/epoch=4-step=1200.ckpt',
  'checkpoints/whole_module/model.pt',
  'checkpoints/torch_legacy/vit_legacy.pth',
].flatMap(torchSeeds);

/** What an index says must be true of the file. */
function checkIndex(index: TensorIndex, source: MemorySource): void {
  for (const { shape, offset, byteLength } of index.tensors) {
    const sound = [offset, byteLength, ...shape].every((value) => Number.isSafeInteger(value) && value >= 0);
    if (!sound || (byteLength > 0 && offset + byteLength > source.size)) expect.fail('a tensor lies outside the file');
  }
}

/** The tensor as a matrix of its last axis; complex ones are refused by the reader. */
async function readTensor(source: MemorySource, tensor: TensorEntry): Promise<void> {
  const columns = tensor.shape.at(-1) ?? 1;
  const rows = columns === 0 ? 0 : elementCount(tensor.shape) / columns;
  await readMatrixView(source, { tensor, rowStart: 0, rows, columns, transposed: false });
}

/** Opens a file, reads two of its tensors; gives whether it opened. @throws anything that no reader may throw. */
async function tryFile(bytes: Uint8Array, dice: Dice): Promise<boolean> {
  const source = memorySource('model.pt', bytes);
  try {
    const index = await openCheckpoint(source, NO_FILES, { partial: dice.below(2) === 0 });
    checkIndex(index, source);
    expect(source.bytesRead).toBeLessThanOrEqual(3 * source.size + MAX_OVERHEAD);
    const floats = index.tensors.filter(({ dtype }) => isFloat(dtype));
    for (let count = Math.min(2, floats.length); count > 0; count--) await readTensor(source, dice.pick(floats));
    return true;
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    expect(error.problem).not.toMatch(/undefined|NaN|\[object/u);
    return false;
  }
}

describe.each([
  ['safetensors', SAFETENSORS, HEADER_MUTATIONS],
  ['PyTorch', TORCH, PICKLE_MUTATIONS],
])('%s files, mutated', (_name, seeds, mutations) => {
  it(
    `open or fail with a named cause: ${String(FILES)} files`,
    async () => {
      const memory = process.memoryUsage.rss();
      let opened = 0;
      for (let run = 0; run < FILES; run++) {
        const dice = new Dice(SEED * 1_000_003 + run);
        const { name, bytes, region } = dice.pick(seeds);
        const mutated = mutate(bytes, mutations, region, dice);
        const start = cpuTime();
        try {
          if (await tryFile(mutated, dice)) opened++;
        } catch (error) {
          throw new Error(`run ${String(run)} of seed ${String(SEED)}, from ${name}`, { cause: error });
        }
        const time = cpuTime() - start;
        if (time > MAX_MILLISECONDS) expect.fail(`run ${String(run)}, from ${name}, took ${time.toFixed(0)} ms`);
      }
      expect(process.memoryUsage.rss() - memory).toBeLessThan(MAX_MEMORY);
      // Mutations that never leave a file whole would test nothing but the first check.
      expect(opened).toBeGreaterThan(FILES / 20);
      expect(opened).toBeLessThan(FILES * 0.9);
      expect(Object.keys(Object.prototype)).toEqual([]);
    },
    FILES * 20,
  );
});
