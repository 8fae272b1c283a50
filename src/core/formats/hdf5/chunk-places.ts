import * as l10n from '@vscode/l10n';
import { groupDigits } from '../../bytes/quote.js';
import type { Chunk, ChunkFilter } from '../../tensors/tensor-index.js';
import type { Hdf5File } from './file.js';
import { Hdf5Problem } from './problem.js';

/** Chunks of one file; those of real checkpoints are some thousand. */
const MAX_CHUNKS = 500_000;
/** Filters make at most so many bytes of one (deflate 1,032), and of incompressible ones a few more. */
const MOST_PER_BYTE = 1_100;
const MOST_ADDED = 1_024;

/** What the chunks of one file may still count. */
export interface Budget {
  chunks: number;
}

/** Budget of a file that is opened. */
export function newBudget(): Budget {
  return { chunks: MAX_CHUNKS };
}

/** Takes chunks from the budget. @throws Hdf5Problem `limit` when there are not so many left. */
export function spend(budget: Budget, chunks: number): void {
  budget.chunks -= chunks;
  if (budget.chunks < 0) throw new Hdf5Problem(l10n.t('and others have too many chunks'), 'limit');
}

/** A dataset whose elements lie in chunks. */
export interface Chunked {
  readonly shape: readonly number[];
  /** Sizes that the axes may grow to; Infinity where there is no end. */
  readonly most: readonly number[];
  readonly chunk: readonly number[];
  readonly elementBytes: number;
  readonly filters: readonly ChunkFilter[];
  /** True where chunks that reach beyond the end are stored without filters. */
  readonly plainEdges: boolean;
}

/** A chunk as an index lists it. */
interface Place {
  /** Its first element. */
  readonly start: readonly number[];
  readonly address: number;
  readonly length: number;
  /** Bits of the filters that were left out. */
  readonly skipped: number;
}

/** Bytes of a chunk without filters. */
export function chunkBytes({ chunk, elementBytes }: Chunked): number {
  return chunk.reduce((product, size) => product * size, elementBytes);
}

/** @throws Hdf5Problem where chunks cannot tile the shape. */
export function checkChunk({ chunk, shape }: Chunked): void {
  if (chunk.length !== shape.length || chunk.some((size) => size < 1)) {
    throw new Hdf5Problem(l10n.t('has chunks of [{0}], which do not fit its shape', chunk.join(', ')));
  }
}

/** Chunks along each axis of sizes. */
export function chunkGrid(sizes: readonly number[], chunk: readonly number[]): number[] {
  return sizes.map((size, axis) => Math.ceil(size / (chunk[axis] ?? 1)));
}

/** The chunks of a dataset, checked against its shape and the file. */
export class ChunkList {
  readonly #chunks = new Map<string, Chunk>();
  readonly #full: number;

  constructor(
    readonly file: Hdf5File,
    readonly dataset: Chunked,
  ) {
    this.#full = chunkBytes(dataset);
  }

  /** @throws Hdf5Problem where the chunk lies outside the dataset or the file, or cannot be so long. */
  add({ start, address, length, skipped }: Place): void {
    const { shape, chunk, filters, plainEdges } = this.dataset;
    const offset = this.file.base + address;
    const inside = start.every((at, axis) => at < (shape[axis] ?? 0) && at % (chunk[axis] ?? 1) === 0);
    if (!inside || !Number.isSafeInteger(offset) || offset + length > this.file.source.size) {
      throw new Hdf5Problem(l10n.t('has a chunk at [{0}] that lies outside it or outside the file', start.join(', ')));
    }
    const isPlain = plainEdges && start.some((at, axis) => at + (chunk[axis] ?? 0) > (shape[axis] ?? 0));
    const applied = isPlain ? [] : filters.filter((_, index) => (skipped & (1 << index)) === 0);
    const fits =
      applied.length === 0
        ? length === this.#full
        : this.#full <= length * MOST_PER_BYTE && length <= 2 * this.#full + MOST_ADDED;
    if (!fits) {
      const sizes = l10n.t('{0} bytes where its elements take {1}', groupDigits(length), groupDigits(this.#full));
      throw new Hdf5Problem(l10n.t('has a chunk at [{0}] of {1}', start.join(', '), sizes));
    }
    this.#chunks.set(start.join(' '), { start, shape: chunk, offset, length, filters: applied.reverse() });
  }

  /** All of them. @throws Hdf5Problem `unsupported` where some were never written. */
  whole(): Chunk[] {
    const { shape, chunk } = this.dataset;
    const expected = chunkGrid(shape, chunk).reduce((product, size) => product * size, 1);
    if (this.#chunks.size !== expected) {
      const counts = l10n.t('{0} of {1} chunks', this.#chunks.size, expected);
      throw new Hdf5Problem(l10n.t('was not written whole: it has {0}', counts), 'unsupported');
    }
    return [...this.#chunks.values()];
  }
}
