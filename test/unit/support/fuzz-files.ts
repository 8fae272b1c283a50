import { expect } from 'vitest';
import type { CheckpointFolder } from '../../../src/core/bytes/byte-source.js';
import { CheckpointError } from '../../../src/core/errors.js';
import { openCheckpoint } from '../../../src/core/formats/open-checkpoint.js';
import { holdsWeights, type TensorIndex } from '../../../src/core/tensors/tensor-index.js';
import { cpuTime } from './cpu-time.js';
import { memorySource, NO_FILES, type MemorySource } from './memory-source.js';
import { ANY_MUTATIONS, Dice, mutate, type Mutation, type Region } from './mutate.js';
import { readElements } from './read-all.js';

/** Longer runs by hand: QK_LENS_FUZZ_FILES=1000000 QK_LENS_FUZZ_SEED=2. */
export const FUZZ_FILES = Number(process.env['QK_LENS_FUZZ_FILES'] ?? 20_000);
const SEED = Number(process.env['QK_LENS_FUZZ_SEED'] ?? 1);

const MAX_MILLISECONDS = 2_000;
const MAX_OVERHEAD = 64 * 2 ** 10;
const MAX_MEMORY = 300 * 2 ** 20;
/** Larger tensors of damaged files are mostly not read: that would test the memory of the machine. */
const MAX_ELEMENTS = 100_000;

/** A file to start from, and the part of it that a reader parses. */
export interface FuzzSeed {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly region?: Region;
  readonly folder?: CheckpointFolder;
}

export interface FuzzOptions {
  readonly files?: number;
  /** What is done to a seed; those of any file if not given. */
  readonly mutations?: readonly Mutation[];
  /** Elements of the largest tensor that is read. */
  readonly maxElements?: number;
}

/** What an index says must be true of the file. */
function checkIndex(index: TensorIndex, source: MemorySource): void {
  for (const { shape, offset, byteLength, packing } of index.tensors) {
    const sound = [offset, byteLength, ...shape].every((value) => Number.isFinite(value) && value >= 0);
    const inside = packing !== undefined || index.files.length > 1 || offset + byteLength <= source.size;
    if (!sound || (byteLength > 0 && !inside)) expect.fail('a tensor lies outside the file');
  }
}

/** Opens a file, reads one of its tensors; gives whether it opened. @throws anything that no reader may throw. */
async function tryFile(seed: FuzzSeed, bytes: Uint8Array, dice: Dice, maxElements: number): Promise<boolean> {
  const { name, folder = NO_FILES } = seed;
  const source = memorySource(name, bytes);
  let opened = false;
  try {
    const index = await openCheckpoint(source, folder, { partial: dice.below(2) === 0 });
    checkIndex(index, source);
    if (source.bytesRead > 3 * source.size + MAX_OVERHEAD) expect.fail(`${String(source.bytesRead)} bytes were read`);
    opened = true;
    const small = index.tensors.filter((tensor) => {
      return holdsWeights(tensor) && tensor.shape.reduce((product, size) => product * size, 1) <= maxElements;
    });
    if (small.length === 0) return true;
    const tensor = dice.pick(small);
    await readElements(tensor.file === 0 ? source : await folder.open(index.files[tensor.file] ?? ''), tensor);
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error;
    if (/undefined|NaN|\[object/u.test(error.problem)) expect.fail(error.message);
  }
  return opened;
}

/** Opens mutated copies of the seeds: each must open or fail with a named cause, in time and without much memory. */
export async function fuzzFiles(seeds: readonly FuzzSeed[], options: FuzzOptions = {}): Promise<void> {
  const { files = FUZZ_FILES, mutations = ANY_MUTATIONS, maxElements = MAX_ELEMENTS } = options;
  const memory = process.memoryUsage.rss();
  const stackTraceLimit = Error.stackTraceLimit;
  // Most files fail, and tracing where takes most of the time.
  Error.stackTraceLimit = 0;
  const opens = async (run: number): Promise<boolean> => {
    const dice = new Dice(SEED * 1_000_003 + run);
    const seed = dice.pick(seeds);
    const mutated = mutate(seed.bytes, mutations, seed.region ?? { start: 0, end: seed.bytes.length }, dice);
    try {
      return await tryFile(seed, mutated, dice, maxElements);
    } catch (error) {
      throw new Error(`run ${String(run)} of seed ${String(SEED)}, from ${seed.name}`, { cause: error });
    }
  };
  let opened = 0;
  for (let run = 0; run < files; run++) {
    const start = performance.now();
    if (await opens(run)) opened++;
    if (performance.now() - start > MAX_MILLISECONDS) await checkTime(run, opens);
  }
  Error.stackTraceLimit = stackTraceLimit;
  expect(process.memoryUsage.rss() - memory).toBeLessThan(MAX_MEMORY);
  // Mutations that never leave a file whole would test nothing but the first check.
  expect(opened).toBeGreaterThan(files / 50);
  expect(opened).toBeLessThan(files * 0.95);
  expect(Object.keys(Object.prototype)).toEqual([]);
}

/** Runs one again that took long by the clock, which also counts what others do meanwhile. */
async function checkTime(run: number, opens: (run: number) => Promise<boolean>): Promise<void> {
  const start = cpuTime();
  await opens(run);
  const time = cpuTime() - start;
  if (time > MAX_MILLISECONDS) expect.fail(`run ${String(run)} took ${time.toFixed(0)} ms`);
}
