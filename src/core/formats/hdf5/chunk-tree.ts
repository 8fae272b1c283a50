import type { Chunk, ChunkFilter } from '../../tensors/tensor-index.js';
import type { Hdf5File } from './file.js';
import { Hdf5Problem } from './problem.js';

/** Chunks of one file; those of real checkpoints are some thousand. */
const MAX_CHUNKS = 500_000;

/** What the chunks of one file may still count. */
export interface Budget {
  chunks: number;
}

/** Budget of a file that is opened. */
export function newBudget(): Budget {
  return { chunks: MAX_CHUNKS };
}

/** A dataset's chunks as its tree lists them. */
interface Tree {
  readonly address: number;
  readonly shape: readonly number[];
  readonly chunk: readonly number[];
  readonly filters: readonly ChunkFilter[];
}

/** Chunks of a dataset. Format: HDF5 File Format Specification 3.0, III.A.1. @throws Hdf5Problem. */
export async function readChunks(file: Hdf5File, tree: Tree, budget: Budget): Promise<Chunk[]> {
  const { shape, chunk } = tree;
  if (chunk.length !== shape.length || chunk.some((size) => size < 1)) {
    throw new Hdf5Problem(`has chunks of [${chunk.join(', ')}], which do not fit its shape`);
  }
  const chunks = new Map<string, Chunk>();
  await readNode(file, tree, tree.address, null, chunks, budget);
  const expected = shape.reduce((product, size, axis) => product * Math.ceil(size / (chunk[axis] ?? 1)), 1);
  if (chunks.size !== expected) {
    const counts = `${String(chunks.size)} of ${String(expected)} chunks`;
    throw new Hdf5Problem(`was not written whole: it has ${counts}`, 'unsupported');
  }
  return [...chunks.values()];
}

async function readNode(
  file: Hdf5File,
  tree: Tree,
  address: number,
  above: number | null,
  chunks: Map<string, Chunk>,
  budget: Budget,
): Promise<void> {
  const { address: addressBytes } = file.widths;
  const axes = tree.shape.length;
  const before = 8 + 2 * addressBytes;
  const head = (await file.fields(address, before, 'a tree of chunks')).signature('TREE');
  const type = head.u8();
  const level = head.u8();
  const count = head.u16();
  // Levels that count down to zero cannot go round in circles.
  if (type !== 1 || (above !== null && level !== above - 1)) throw new Hdf5Problem('has a damaged tree of chunks');
  budget.chunks -= count;
  if (budget.chunks < 0) throw new Hdf5Problem('and others have too many chunks', 'limit');
  const keyBytes = 8 + 8 * (axes + 1);
  const fields = await file.fields(address + before, count * (keyBytes + addressBytes), 'a tree of chunks');
  for (let index = 0; index < count; index++) {
    const length = fields.u32();
    const skipped = fields.u32();
    const start = Array.from({ length: axes }, () => fields.uint(8));
    fields.skip(8);
    const child = fields.address();
    if (child === null) throw new Hdf5Problem('has a damaged tree of chunks');
    if (level > 0) await readNode(file, tree, child, level, chunks, budget);
    else addChunk(file, tree, { start, length, skipped, address: child }, chunks);
  }
}

function addChunk(
  file: Hdf5File,
  { shape, chunk, filters }: Tree,
  { start, length, skipped, address }: { start: number[]; length: number; skipped: number; address: number },
  chunks: Map<string, Chunk>,
): void {
  const offset = file.base + address;
  const inside = start.every((at, axis) => at < (shape[axis] ?? 0) && at % (chunk[axis] ?? 1) === 0);
  if (!inside || !Number.isSafeInteger(offset) || offset + length > file.source.size) {
    throw new Hdf5Problem(`has a chunk at [${start.join(', ')}] that lies outside it or outside the file`);
  }
  const applied = filters.filter((_, index) => (skipped & (1 << index)) === 0);
  chunks.set(start.join(' '), { start, shape: chunk, offset, length, filters: applied.reverse() });
}
