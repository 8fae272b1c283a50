import * as l10n from '@vscode/l10n';
import type { ByteSource } from '../../bytes/byte-source.js';
import { groupDigits } from '../../bytes/quote.js';
import { Fields, type Widths } from './fields.js';
import { Hdf5Problem } from './problem.js';

const PAGE_BYTES = 1_024;
/** Structures lie close together; what was read is kept up to this many pages (32 MiB). */
const MAX_PAGES = 2 ** 15;
/** Longest structure that is no data; names, headers and tree nodes have some hundred bytes to some 64 kB. */
const MAX_STRUCTURE_BYTES = 16 * 2 ** 20;

/** Cost of all structures, in bytes with a charge for each: 400,000 short ones, where 100,000 datasets take some 300,000. */
const MAX_COST = 256 * 2 ** 20;
const CHARGE = 600;

/** An HDF5 file, read page by page. */
export class Hdf5File {
  readonly #pages = new Map<number, Uint8Array>();
  #cost = 0;

  constructor(
    readonly source: ByteSource,
    readonly widths: Widths,
    /** What is added to every address in the file. */
    readonly base: number,
  ) {}

  /** A structure at an address. */
  async fields(address: number, length: number, what: string): Promise<Fields> {
    const start = this.base + address;
    if (!Number.isSafeInteger(start) || start + length > this.source.size) {
      const end = groupDigits(this.source.size);
      throw new Hdf5Problem(l10n.t('{0} at {1} lies beyond the end of the file at {2}', what, groupDigits(start), end));
    }
    if (length > MAX_STRUCTURE_BYTES)
      throw new Hdf5Problem(l10n.t('{0} has {1} bytes', what, groupDigits(length)), 'limit');
    this.#cost += length + CHARGE;
    if (this.#cost > MAX_COST) throw new Hdf5Problem(l10n.t('it has more structures than any model needs'), 'limit');
    const bytes = new Uint8Array(length);
    await this.#load(start, start + length);
    for (let at = start; at < start + length;) {
      const page = Math.floor(at / PAGE_BYTES);
      const from = at - page * PAGE_BYTES;
      const piece = (this.#pages.get(page) ?? new Uint8Array(0)).subarray(from, from + start + length - at);
      bytes.set(piece, at - start);
      at = (page + 1) * PAGE_BYTES;
    }
    return new Fields(new DataView(bytes.buffer), this.widths, what, start);
  }

  /** As much of a structure as the file has, up to so many bytes. */
  async fieldsUpTo(address: number, length: number, what: string): Promise<Fields> {
    const left = Math.max(0, this.source.size - this.base - address);
    return this.fields(address, Math.min(length, left), what);
  }

  async #load(start: number, end: number): Promise<void> {
    if (this.#pages.size > MAX_PAGES) this.#pages.clear();
    const last = Math.ceil(end / PAGE_BYTES);
    for (let page = Math.floor(start / PAGE_BYTES); page < last; page++) {
      if (this.#pages.has(page)) continue;
      let next = page + 1;
      while (next < last && !this.#pages.has(next)) next++;
      const from = page * PAGE_BYTES;
      const bytes = await this.source.read(from, Math.min(next * PAGE_BYTES, this.source.size) - from);
      for (let each = page; each < next; each++) {
        this.#pages.set(each, bytes.subarray((each - page) * PAGE_BYTES, (each - page + 1) * PAGE_BYTES));
      }
      page = next - 1;
    }
  }
}
