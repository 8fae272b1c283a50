import type { ChunkFilter } from '../../tensors/tensor-index.js';
import type { Fields } from './fields.js';
import { Hdf5Problem } from './problem.js';

/** Where the elements of a dataset lie. */
export type Layout =
  | { readonly kind: 'compact'; readonly offset: number; readonly length: number }
  | { readonly kind: 'contiguous'; readonly address: number | null; readonly length: number }
  | { readonly kind: 'chunked'; readonly tree: number | null; readonly chunk: readonly number[] };

const VIRTUAL = 3;

/** Reads a layout message. Format: HDF5 File Format Specification 3.0, IV.A.2.i. The elements of a compact one stand in it. */
export function readLayout(fields: Fields): Layout {
  const version = fields.version([3, 4]);
  const kind = fields.u8();
  if (kind === 0) {
    const length = fields.u16();
    const { origin } = fields.part(length);
    return { kind: 'compact', offset: origin, length };
  }
  if (kind === 1) return { kind: 'contiguous', address: fields.address(), length: fields.length() };
  if (kind === VIRTUAL) throw new Hdf5Problem('is virtual: its data lie in other files', 'unsupported');
  if (kind !== 2) throw new Hdf5Problem(`has the unknown layout ${String(kind)}`, 'unsupported');
  if (version === 4) throw new Hdf5Problem('is chunked with an index of version 4', 'unsupported');
  const axes = fields.u8();
  const tree = fields.address();
  // The last is the size of an element.
  const chunk = Array.from({ length: axes }, () => fields.u32()).slice(0, -1);
  return { kind: 'chunked', tree, chunk };
}

const FILTERS: ReadonlyMap<number, ChunkFilter> = new Map([
  [1, 'zlib'],
  [2, 'shuffle'],
  [3, 'checksum'],
]);
const OTHER_FILTERS: ReadonlyMap<number, string> = new Map([
  [4, 'szip'],
  [5, 'nbit'],
  [6, 'scale-offset'],
  [307, 'bzip2'],
  [32_000, 'LZF'],
  [32_001, 'Blosc'],
  [32_004, 'LZ4'],
  [32_013, 'ZFP'],
  [32_015, 'Zstandard'],
]);
const MAX_FILTERS = 32;

/** The filters in the order in which they were applied. Format: IV.A.2.l. @throws Hdf5Problem `unsupported`. */
export function readFilters(fields: Fields): ChunkFilter[] {
  const version = fields.version([1, 2]);
  const count = fields.u8();
  if (count > MAX_FILTERS) throw new Hdf5Problem(`has ${String(count)} filters`);
  if (version === 1) fields.skip(6);
  return Array.from({ length: count }, () => {
    const id = fields.u16();
    const nameLength = version === 1 || id >= 256 ? fields.u16() : 0;
    fields.skip(2);
    const values = fields.u16();
    // Names and values of version 1 fill up to eight bytes.
    fields.skip(version === 1 ? Math.ceil(nameLength / 8) * 8 : nameLength);
    fields.skip(4 * values + (version === 1 && values % 2 === 1 ? 4 : 0));
    const filter = FILTERS.get(id);
    if (filter !== undefined) return filter;
    const name = OTHER_FILTERS.get(id) ?? `the filter ${String(id)}`;
    throw new Hdf5Problem(`is compressed with ${name}`, 'unsupported');
  });
}
