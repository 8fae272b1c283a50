import * as l10n from '@vscode/l10n';
import type { Chunk } from '../../tensors/tensor-index.js';
import { type ChunkArray, type Run, openExtensibleArray, openFixedArray } from './chunk-arrays.js';
import { type Budget, checkChunk, chunkBytes, type Chunked, chunkGrid, ChunkList, spend } from './chunk-places.js';
import { readChunkTree } from './chunk-tree.js';
import type { Fields } from './fields.js';
import type { Hdf5File } from './file.js';
import { Hdf5Problem } from './problem.js';
import { readRecords } from './records.js';

/** How a dataset lists its chunks. */
export type ChunkIndex =
  | { readonly kind: 'tree' }
  | { readonly kind: 'implicit' }
  | { readonly kind: 'fixed-array' }
  | { readonly kind: 'extensible-array' }
  | { readonly kind: 'tree-2' }
  /** Length and left-out filters stand in the layout where the chunk is filtered. */
  | { readonly kind: 'single'; readonly filtered: { readonly length: number; readonly skipped: number } | null };

/** Types of records of a tree of version 2 that lists chunks. */
const PLAIN_RECORDS = 10;
const FILTERED_RECORDS = 11;

/** Positions of all chunks in the grid, row by row. */
function* positions(grid: readonly number[]): Generator<number[]> {
  const position = grid.map(() => 0);
  const count = grid.reduce((product, size) => product * size, 1);
  for (let index = 0; index < count; index++) {
    yield [...position];
    for (let axis = grid.length - 1; axis >= 0; axis--) {
      position[axis] = (position[axis] ?? 0) + 1;
      if ((position[axis] ?? 0) < (grid[axis] ?? 0)) break;
      position[axis] = 0;
    }
  }
}

/** The number of a chunk in arrays: row by row of what the dataset may grow to, an axis without end first. */
function numberOf(position: readonly number[], { most, chunk }: Chunked): number {
  const grid = chunkGrid(most, chunk);
  const endless = grid.indexOf(Infinity);
  let number = endless < 0 ? 0 : (position[endless] ?? 0);
  for (const [axis, at] of position.entries()) if (axis !== endless) number = number * (grid[axis] ?? 1) + at;
  return number;
}

function startOf(position: readonly number[], { chunk }: Chunked): number[] {
  return position.map((at, axis) => at * (chunk[axis] ?? 1));
}

/** Address, and where there are filters length and left-out filters, of one chunk. */
function readPlace(fields: Fields, lengthBytes: number, full: number) {
  const address = fields.address();
  if (lengthBytes === 0) return { address, length: full, skipped: 0 };
  return { address, length: fields.uint(lengthBytes), skipped: fields.u32() };
}

async function readArray(list: ChunkList, array: ChunkArray, isFiltered: boolean): Promise<void> {
  const { dataset, file } = list;
  const lengthBytes = isFiltered ? array.elementBytes - file.widths.address - 4 : 0;
  if (isFiltered && (lengthBytes < 1 || lengthBytes > 8))
    throw new Hdf5Problem(l10n.t('has a damaged index of chunks'));
  const full = chunkBytes(dataset);
  let run: Run | null = null;
  for (const position of positions(chunkGrid(dataset.shape, dataset.chunk))) {
    const number = numberOf(position, dataset);
    if (run === null || number < run.first || number >= run.first + run.count) run = await array.runAt(number);
    if (run.fields === null) continue;
    run.fields.at = (number - run.first) * array.elementBytes;
    const { address, ...place } = readPlace(run.fields, lengthBytes, full);
    if (address !== null) list.add({ ...place, address, start: startOf(position, dataset) });
  }
}

async function readTree2(list: ChunkList, address: number, isFiltered: boolean, budget: Budget): Promise<void> {
  const { dataset, file } = list;
  const axes = dataset.shape.length;
  const type = isFiltered ? FILTERED_RECORDS : PLAIN_RECORDS;
  const records = await readRecords(file, address, type, l10n.t('a tree of chunks'), budget.chunks);
  spend(budget, records.length);
  const full = chunkBytes(dataset);
  for (const record of records) {
    const lengthBytes = isFiltered ? record.left - file.widths.address - 4 - 8 * axes : 0;
    if (isFiltered && (lengthBytes < 1 || lengthBytes > 8))
      throw new Hdf5Problem(l10n.t('has a damaged tree of chunks'));
    const { address: at, ...place } = readPlace(record, lengthBytes, full);
    const position = Array.from({ length: axes }, () => record.uint(8));
    if (at !== null) list.add({ ...place, address: at, start: startOf(position, dataset) });
  }
}

function readImplicit(list: ChunkList, address: number): void {
  const { dataset } = list;
  const length = chunkBytes(dataset);
  for (const position of positions(chunkGrid(dataset.shape, dataset.chunk))) {
    const at = address + numberOf(position, dataset) * length;
    list.add({ address: at, length, skipped: 0, start: startOf(position, dataset) });
  }
}

/**
 * Chunks of a dataset.
 * @param isFiltered whether the file says that there are filters.
 * @throws Hdf5Problem.
 */
export async function readChunks(
  file: Hdf5File,
  dataset: Chunked,
  index: ChunkIndex,
  address: number,
  budget: Budget,
): Promise<Chunk[]> {
  checkChunk(dataset);
  const list = new ChunkList(file, dataset);
  const isFiltered = dataset.filters.length > 0;
  // Trees count what they list; of the others, each chunk is looked up.
  if (index.kind !== 'tree' && index.kind !== 'tree-2') {
    spend(
      budget,
      chunkGrid(dataset.shape, dataset.chunk).reduce((product, size) => product * size, 1),
    );
  }
  switch (index.kind) {
    case 'tree':
      await readChunkTree(list, address, budget);
      break;
    case 'tree-2':
      await readTree2(list, address, isFiltered, budget);
      break;
    case 'implicit':
      readImplicit(list, address);
      break;
    case 'fixed-array':
      await readArray(list, await openFixedArray(file, address), isFiltered);
      break;
    case 'extensible-array':
      await readArray(list, await openExtensibleArray(file, address), isFiltered);
      break;
    case 'single': {
      const place = index.filtered ?? { length: chunkBytes(dataset), skipped: 0 };
      list.add({ ...place, address, start: dataset.shape.map(() => 0) });
    }
  }
  return list.whole();
}
