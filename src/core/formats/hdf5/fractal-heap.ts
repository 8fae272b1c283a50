import * as l10n from '@vscode/l10n';
import { Fields, isPowerOfTwo } from './fields.js';
import type { Hdf5File } from './file.js';
import { Hdf5Problem } from './problem.js';

const fractalHeap = (): string => l10n.t('a fractal heap');
/** Kind of an object that lies in a block; others lie on their own or in the identifier, which names and short values never do. */
const MANAGED = 0;
/** Indirect blocks inside each other; each level has at least twice the bytes of the one below. */
const MAX_LEVELS = 64;

/** How the blocks of a heap grow. Format: HDF5 File Format Specification 3.0, III.G. */
interface Table {
  readonly width: number;
  readonly start: number;
  /** Rows of blocks that hold objects themselves. */
  readonly directRows: number;
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

interface Block {
  readonly first: number;
  readonly fields: Fields;
}

/** Names of one group, or attributes of one object, found by their place in the heap. */
export class FractalHeap {
  readonly #blocks = new Map<number, Block>();

  private constructor(
    readonly file: Hdf5File,
    readonly table: Table,
    readonly root: number | null,
    readonly rootRows: number,
  ) {}

  /** @throws Hdf5Problem. */
  static async open(file: Hdf5File, address: number): Promise<FractalHeap> {
    const { address: addressBytes, length } = file.widths;
    const head = (await file.fields(address, 22 + 12 * length + 3 * addressBytes, fractalHeap())).signature('FRHP');
    head.version([0]);
    head.skip(2);
    if (head.u16() > 0) throw new Hdf5Problem(l10n.t('a group keeps its names in a compressed heap'), 'unsupported');
    head.skip(1);
    const largest = head.u32();
    // Huge objects, free space, counts of objects.
    head.skip(10 * length + 2 * addressBytes);
    const width = head.u16();
    const start = head.length();
    const largestBlock = head.length();
    const bits = head.u16();
    head.skip(2);
    const root = head.address();
    const rootRows = head.u16();
    if (width < 1 || !isPowerOfTwo(start) || !isPowerOfTwo(largestBlock) || largestBlock < start || bits > 64) {
      throw new Hdf5Problem(l10n.t('{0} has blocks of impossible sizes', fractalHeap()));
    }
    const blockBits = Math.log2(largestBlock);
    const lengthBits = Math.floor(Math.log2(Math.max(1, largest)) / 8) + 1;
    const table: Table = {
      width,
      start,
      directRows: blockBits - Math.log2(start) + 2,
      offsetBytes: Math.ceil(bits / 8),
      lengthBytes: Math.min(Math.ceil(blockBits / 8), lengthBits),
    };
    return new FractalHeap(file, table, root, rootRows);
  }

  /** The object that an identifier means; null where it lies outside the heap's blocks, as very long ones do. */
  async object(id: Fields, what: string): Promise<Fields | null> {
    const kind = (id.u8() >> 4) & 3;
    if (kind !== MANAGED) return null;
    const offset = id.uint(this.table.offsetBytes);
    const length = id.uint(this.table.lengthBytes);
    const { first, fields } = await this.#blockAt(offset);
    const at = offset - first;
    if (at + length > fields.view.byteLength) throw new Hdf5Problem(l10n.t('{0} lies outside its heap', what));
    const view = new DataView(fields.view.buffer, fields.view.byteOffset + at, length);
    return new Fields(view, fields.widths, what, fields.origin + at);
  }

  async #blockAt(offset: number): Promise<Block> {
    const { start, width, directRows } = this.table;
    if (this.root === null) throw new Hdf5Problem(l10n.t('{0} is empty and has names', fractalHeap()));
    if (this.rootRows === 0) return this.#block(this.root, 0, start);
    let address = this.root;
    let rows = this.rootRows;
    let first = 0;
    for (let level = 0; level < MAX_LEVELS; level++) {
      const inside = offset - first;
      const firstRow = width * start;
      const row = inside < firstRow ? 0 : Math.floor(Math.log2(Math.floor(inside / firstRow))) + 1;
      const size = row < 2 ? start : start * 2 ** (row - 1);
      const rowFirst = row === 0 ? 0 : firstRow * 2 ** (row - 1);
      const column = Math.floor((inside - rowFirst) / size);
      if (row >= rows) break;
      address = await this.#child(address, row * width + column);
      first += rowFirst + column * size;
      if (row < directRows) return this.#block(address, first, size);
      rows = Math.log2(size / firstRow) + 1;
    }
    throw new Hdf5Problem(l10n.t('{0} has no block at {1}', fractalHeap(), offset));
  }

  async #child(address: number, index: number): Promise<number> {
    const { file, table } = this;
    const before = 5 + file.widths.address + table.offsetBytes;
    (await file.fields(address, 4, fractalHeap())).signature('FHIB');
    const child = (
      await file.fields(address + before + index * file.widths.address, file.widths.address, fractalHeap())
    ).address();
    if (child === null)
      throw new Hdf5Problem(l10n.t('{0} names an object in a block that it does not have', fractalHeap()));
    return child;
  }

  async #block(address: number, first: number, size: number): Promise<Block> {
    const known = this.#blocks.get(address);
    if (known?.first === first) return known;
    const block = { first, fields: (await this.file.fields(address, size, fractalHeap())).signature('FHDB') };
    this.#blocks.set(address, block);
    return block;
  }
}
