import * as l10n from '@vscode/l10n';
import type { Fields } from './fields.js';
import type { Hdf5File } from './file.js';
import { Hdf5Problem } from './problem.js';

/** Trees of a million million records have fewer levels. */
const MAX_DEPTH = 16;
/** Signature, version and type in front of a node's records, and the checksum behind them. */
const BEFORE_RECORDS = 6;
const NODE_OVERHEAD = BEFORE_RECORDS + 4;

/** Bytes that hold a count of at most so many. */
function bytesFor(most: number): number {
  return Math.min(8, Math.floor(Math.log2(Math.max(1, most)) / 8) + 1);
}

/** A tree whose nodes are gone through. */
interface Tree {
  readonly file: Hdf5File;
  readonly what: string;
  readonly type: number;
  readonly recordBytes: number;
  /** Most records of a node of each level, and bytes of the counts in pointers to it. */
  readonly levels: readonly Level[];
  /** Records that may still come. */
  left: number;
}

interface Level {
  readonly most: number;
  /** Bytes of the number of records below, which pointers to inner nodes have. */
  readonly totalBytes: number;
}

/** Sizes of the levels from the leaves up, as the library computes them. */
function levelsOf(nodeBytes: number, recordBytes: number, depth: number, addressBytes: number): Level[] {
  const most = Math.floor((nodeBytes - NODE_OVERHEAD) / recordBytes);
  const levels: Level[] = [{ most, totalBytes: 0 }];
  let total = most;
  for (let level = 1; level <= depth; level++) {
    const pointer = addressBytes + bytesFor(most) + (levels[level - 1]?.totalBytes ?? 0);
    const inner = Math.floor((nodeBytes - NODE_OVERHEAD - pointer) / (recordBytes + pointer));
    total = (inner + 1) * total + inner;
    levels.push({ most: inner, totalBytes: bytesFor(total) });
  }
  return levels;
}

/**
 * The records of a tree of version 2, in its order.
 * Format: HDF5 File Format Specification 3.0, III.A.2.
 * @param type of the records.
 * @param most records that are read.
 * @throws Hdf5Problem.
 */
export async function readRecords(
  file: Hdf5File,
  address: number,
  type: number,
  what: string,
  most: number,
): Promise<Fields[]> {
  const { address: addressBytes, length } = file.widths;
  const head = (await file.fields(address, 18 + addressBytes + length, what)).signature('BTHD');
  head.version([0]);
  const found = head.u8();
  const nodeBytes = head.u32();
  const recordBytes = head.u16();
  const depth = head.u16();
  head.skip(2);
  const root = head.address();
  const count = head.u16();
  if (found !== type || recordBytes === 0 || depth > MAX_DEPTH) throw new Hdf5Problem(l10n.t('{0} is damaged', what));
  if (root === null) return [];
  const levels = levelsOf(nodeBytes, recordBytes, depth, addressBytes);
  const records: Fields[] = [];
  await readNode({ file, what, type, recordBytes, levels, left: most }, root, depth, count, records);
  return records;
}

async function readNode(tree: Tree, address: number, level: number, count: number, records: Fields[]): Promise<void> {
  const { file, what, type, recordBytes, levels } = tree;
  const { address: addressBytes } = file.widths;
  const leaf = levels[0]?.most ?? 0;
  const below = levels[level - 1]?.totalBytes ?? 0;
  if (count > (levels[level]?.most ?? 0)) throw new Hdf5Problem(l10n.t('{0} has a node with too many records', what));
  tree.left -= count;
  if (tree.left < 0) throw new Hdf5Problem(l10n.t('{0} has too many records', what), 'limit');
  const countBytes = bytesFor(leaf);
  const pointers = level === 0 ? 0 : (count + 1) * (addressBytes + countBytes + below);
  const node = await file.fields(address, BEFORE_RECORDS + count * recordBytes + pointers, what);
  node.signature(level === 0 ? 'BTLF' : 'BTIN').version([0]);
  if (node.u8() !== type) throw new Hdf5Problem(l10n.t('{0} is damaged', what));
  const own = Array.from({ length: count }, () => node.part(recordBytes));
  for (let child = 0; level > 0 && child <= count; child++) {
    const childAddress = node.address();
    const childCount = node.uint(countBytes);
    node.skip(below);
    if (childAddress === null) throw new Hdf5Problem(l10n.t('{0} is damaged', what));
    await readNode(tree, childAddress, level - 1, childCount, records);
    const between = own[child];
    if (between !== undefined) records.push(between);
  }
  if (level === 0) records.push(...own);
}
