import * as l10n from '@vscode/l10n';
import { type Fields, isPowerOfTwo } from './fields.js';
import type { Hdf5File } from './file.js';
import { Hdf5Problem } from './problem.js';

/** Bytes of a checksum. */
const CHECKSUM = 4;
/** A structure begins with its signature, version and the kind of its elements. */
const PREFIX = 6;
/** Blocks have at most 2 to the power of 32 elements. */
const MAX_BITS = 64;

/** Elements of a chunk index that lie together. */
export interface Run {
  readonly first: number;
  readonly count: number;
  /** Null where none of these chunks was written. */
  readonly fields: Fields | null;
}

/** A chunk index whose elements are numbered. */
export interface ChunkArray {
  readonly elementBytes: number;
  /** The run in which an element lies. */
  readonly runAt: (index: number) => Promise<Run>;
}

/** Parts of an array, each read once however many elements are looked up in it. */
class Parts {
  readonly #read = new Map<string, Promise<Fields>>();

  constructor(
    readonly file: Hdf5File,
    readonly what: string,
  ) {}

  /** What stands at an address, from its beginning. */
  async at(address: number, length: number): Promise<Fields> {
    const key = `${String(address)} ${String(length)}`;
    const known = this.#read.get(key) ?? this.file.fields(address, length, this.what);
    this.#read.set(key, known);
    const fields = await known;
    fields.at = 0;
    return fields;
  }

  async signature(address: number, letters: string): Promise<void> {
    (await this.at(address, 4)).signature(letters);
  }

  async pointer(address: number): Promise<number | null> {
    return (await this.at(address, this.file.widths.address)).address();
  }

  /** One of the bits from an address on, the highest of each byte first. */
  async bit(address: number, index: number): Promise<boolean> {
    const byte = (await this.at(address + Math.floor(index / 8), 1)).u8();
    return (byte & (0x80 >> (index % 8))) !== 0;
  }
}

/** How the elements of a block of data lie: together, or in pages with a checksum each. */
interface DataBlock {
  readonly address: number;
  readonly signature: string;
  /** Its first element, and how many it has. */
  readonly first: number;
  readonly count: number;
  readonly elementBytes: number;
  readonly perPage: number;
  /** Bytes in front of the elements, or in front of the checksum before the first page. */
  readonly before: number;
  /** True for the pages that were written. */
  readonly isWritten: (page: number) => Promise<boolean>;
}

async function runOf(parts: Parts, block: DataBlock, index: number): Promise<Run> {
  const { address, signature, first, count, elementBytes, perPage, before, isWritten } = block;
  await parts.signature(address, signature);
  if (count <= perPage) return { first, count, fields: await parts.at(address + before, count * elementBytes) };
  const page = Math.floor((index - first) / perPage);
  const inPage = Math.min(perPage, count - page * perPage);
  const start = address + before + CHECKSUM + page * (perPage * elementBytes + CHECKSUM);
  const fields = (await isWritten(page)) ? await parts.at(start, inPage * elementBytes) : null;
  return { first: first + page * perPage, count: inPage, fields };
}

function unwritten(first: number): Run {
  return { first, count: 1, fields: null };
}

/** The index of a dataset whose size is fixed. Format: HDF5 File Format Specification 3.0, VII.C. @throws Hdf5Problem. */
export async function openFixedArray(file: Hdf5File, address: number): Promise<ChunkArray> {
  const what = l10n.t('a fixed array of chunks');
  const { address: addressBytes, length } = file.widths;
  const head = (await file.fields(address, 8 + length + addressBytes, what)).signature('FAHD');
  head.version([0]);
  head.skip(1);
  const elementBytes = head.u8();
  const pageBits = head.u8();
  const count = head.length();
  const data = head.address();
  if (elementBytes < addressBytes || pageBits > MAX_BITS) throw new Hdf5Problem(l10n.t('{0} is damaged', what));
  const parts = new Parts(file, what);
  const perPage = 2 ** pageBits;
  const mapBytes = count <= perPage ? 0 : Math.ceil(count / perPage / 8);
  return {
    elementBytes,
    async runAt(index) {
      if (data === null || index >= count) return unwritten(index);
      const map = PREFIX + addressBytes;
      const isWritten = (page: number): Promise<boolean> => parts.bit(data + map, page);
      const place = { address: data, signature: 'FADB', first: 0, before: map + mapBytes };
      return runOf(parts, { ...place, count, elementBytes, perPage, isWritten }, index);
    },
  };
}

/** Blocks of an extensible array of the same size: those that one secondary block lists. */
interface Row {
  readonly blocks: number;
  readonly perBlock: number;
  /** Its first element and first block, counted from those behind the elements of the index block. */
  readonly first: number;
  readonly firstBlock: number;
}

function rowsOf(count: number, least: number): Row[] {
  const rows: Row[] = [];
  let first = 0;
  let firstBlock = 0;
  for (let index = 0; index < count; index++) {
    const blocks = 2 ** Math.floor(index / 2);
    const perBlock = least * 2 ** Math.floor((index + 1) / 2);
    rows.push({ blocks, perBlock, first, firstBlock });
    first += blocks * perBlock;
    firstBlock += blocks;
  }
  return rows;
}

/** The index of a dataset of which one axis may grow without end. Format: VII.D. @throws Hdf5Problem. */
export async function openExtensibleArray(file: Hdf5File, address: number): Promise<ChunkArray> {
  const what = l10n.t('an extensible array of chunks');
  const { address: addressBytes, length } = file.widths;
  const head = (await file.fields(address, 12 + 6 * length + addressBytes, what)).signature('EAHD');
  head.version([0]);
  head.skip(1);
  const elementBytes = head.u8();
  const bits = head.u8();
  const inIndex = head.u8();
  const least = head.u8();
  const leastPointers = head.u8();
  const pageBits = head.u8();
  head.skip(6 * length);
  const index = head.address();
  const isDamaged = elementBytes < addressBytes || Math.max(pageBits, bits) > MAX_BITS;
  if (isDamaged || !isPowerOfTwo(least) || !isPowerOfTwo(leastPointers))
    throw new Hdf5Problem(l10n.t('{0} is damaged', what));
  const parts = new Parts(file, what);
  const rows = rowsOf(1 + bits - Math.log2(least), least);
  const perPage = 2 ** pageBits;
  const prefix = PREFIX + addressBytes;
  const beforeBlocks = prefix + Math.ceil(bits / 8);
  const rowsInIndex = 2 * Math.log2(leastPointers);

  return {
    elementBytes,
    async runAt(wanted) {
      if (index === null) return unwritten(wanted);
      await parts.signature(index, 'EAIB');
      if (wanted < inIndex) {
        return { first: 0, count: inIndex, fields: await parts.at(index + prefix, inIndex * elementBytes) };
      }
      const behind = wanted - inIndex;
      const number = Math.floor(Math.log2(Math.floor(behind / least) + 1));
      const row = rows[number];
      if (row === undefined) return unwritten(wanted);
      const { blocks, perBlock, first, firstBlock } = row;
      const block = Math.floor((behind - first) / perBlock);
      const pages = perBlock <= perPage ? 0 : perBlock / perPage;
      let pointers = index + prefix + inIndex * elementBytes + firstBlock * addressBytes;
      let map: number | null = null;
      if (number >= rowsInIndex) {
        const beforeRows = prefix + inIndex * elementBytes + 2 * (leastPointers - 1) * addressBytes;
        const secondary = await parts.pointer(index + beforeRows + (number - rowsInIndex) * addressBytes);
        if (secondary === null) return unwritten(wanted);
        await parts.signature(secondary, 'EASB');
        map = secondary + beforeBlocks;
        pointers = map + blocks * Math.ceil(pages / 8);
      }
      const data = await parts.pointer(pointers + block * addressBytes);
      if (data === null) return unwritten(wanted);
      const isWritten = async (page: number): Promise<boolean> => map === null || parts.bit(map, block * pages + page);
      const place = { address: data, signature: 'EADB', before: beforeBlocks };
      const span = { first: inIndex + first + block * perBlock, count: perBlock };
      return runOf(parts, { ...place, ...span, elementBytes, perPage, isWritten }, wanted);
    },
  };
}
