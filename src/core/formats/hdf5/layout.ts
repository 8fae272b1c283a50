import * as l10n from '@vscode/l10n';
import type { ChunkFilter } from '../../tensors/tensor-index.js';
import type { ChunkIndex } from './chunk-index.js';
import type { Fields } from './fields.js';
import { Hdf5Problem } from './problem.js';

/** Where the elements of a dataset lie. */
export type Layout =
  | { readonly kind: 'compact'; readonly offset: number; readonly length: number }
  | { readonly kind: 'contiguous'; readonly address: number | null; readonly length: number }
  | {
      readonly kind: 'chunked';
      readonly address: number | null;
      readonly chunk: readonly number[];
      readonly elementBytes: number;
      readonly index: ChunkIndex;
      readonly plainEdges: boolean;
    };

type Chunks = Omit<Extract<Layout, { kind: 'chunked' }>, 'kind'>;

const VIRTUAL = 3;
/** Flags of a chunked layout of version 4, or 5, in which HDF5 2.0 gives lengths of filtered chunks eight bytes. */
const PLAIN_EDGES = 0x01;
const FILTERED_SINGLE = 0x02;

/** Indexes of chunks by their number, with the bytes of their parameters. */
const INDEXES: ReadonlyMap<number, { kind: Exclude<ChunkIndex['kind'], 'single'>; parameters: number }> = new Map([
  [2, { kind: 'implicit', parameters: 0 }],
  [3, { kind: 'fixed-array', parameters: 1 }],
  [4, { kind: 'extensible-array', parameters: 5 }],
  [5, { kind: 'tree-2', parameters: 6 }],
]);

/** Reads a layout message. Format: HDF5 File Format Specification 3.0, IV.A.2.i. The elements of a compact one stand in it. */
export function readLayout(fields: Fields): Layout {
  const version = fields.version([3, 4, 5]);
  const kind = fields.u8();
  if (kind === 0) {
    const length = fields.u16();
    const { origin } = fields.part(length);
    return { kind: 'compact', offset: origin, length };
  }
  if (kind === 1) return { kind: 'contiguous', address: fields.address(), length: fields.length() };
  if (kind === VIRTUAL) throw new Hdf5Problem(l10n.t('is virtual: its data lie in other files'), 'unsupported');
  if (kind !== 2) throw new Hdf5Problem(l10n.t('has the unknown layout {0}', kind), 'unsupported');
  return version === 3 ? readListed(fields) : readIndexed(fields);
}

/** Chunks listed by a tree of version 1; the last size is that of an element. */
function readListed(fields: Fields): Layout {
  const axes = fields.u8();
  const address = fields.address();
  const sizes = Array.from({ length: axes }, () => fields.u32());
  return chunked({ address, sizes, index: { kind: 'tree' }, plainEdges: false });
}

function readIndexed(fields: Fields): Layout {
  const flags = fields.u8();
  const axes = fields.u8();
  const sizeBytes = fields.u8();
  if (sizeBytes < 1 || sizeBytes > 8) throw new Hdf5Problem(l10n.t('has chunk sizes of {0} bytes', sizeBytes));
  const sizes = Array.from({ length: axes }, () => fields.uint(sizeBytes));
  const index = readIndex(fields, (flags & FILTERED_SINGLE) !== 0);
  return chunked({ address: fields.address(), sizes, index, plainEdges: (flags & PLAIN_EDGES) !== 0 });
}

function chunked({ sizes, ...rest }: Omit<Chunks, 'chunk' | 'elementBytes'> & { sizes: number[] }): Layout {
  return { kind: 'chunked', ...rest, chunk: sizes.slice(0, -1), elementBytes: sizes.at(-1) ?? 0 };
}

/** Reads past what the index repeats in its own header. */
function readIndex(fields: Fields, isFiltered: boolean): ChunkIndex {
  const kind = fields.u8();
  if (kind === 1) {
    return { kind: 'single', filtered: isFiltered ? { length: fields.length(), skipped: fields.u32() } : null };
  }
  const known = INDEXES.get(kind);
  if (known === undefined) throw new Hdf5Problem(l10n.t('has the unknown index {0} of chunks', kind), 'unsupported');
  fields.skip(known.parameters);
  return { kind: known.kind };
}

const FILTERS: ReadonlyMap<number, ChunkFilter> = new Map<number, ChunkFilter>([
  [1, 'zlib'],
  [2, 'shuffle'],
  [3, 'checksum'],
  [32_000, 'lzf'],
]);
const OTHER_FILTERS: ReadonlyMap<number, string> = new Map([
  [4, 'szip'],
  [5, 'nbit'],
  [6, 'scale-offset'],
  [307, 'bzip2'],
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
  if (count > MAX_FILTERS) throw new Hdf5Problem(l10n.t('has {0} filters', count));
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
    const name = OTHER_FILTERS.get(id) ?? l10n.t('the filter {0}', id);
    throw new Hdf5Problem(l10n.t('is compressed with {0}', name), 'unsupported');
  });
}
