import * as l10n from '@vscode/l10n';
import type { Hdf5File } from './file.js';
import { Fields } from './fields.js';
import { FractalHeap } from './fractal-heap.js';
import { MESSAGE, type Message } from './object-header.js';
import { Hdf5Problem } from './problem.js';
import { readRecords } from './records.js';

/** A name in a group and the object that it stands for. */
export interface Link {
  readonly name: string;
  /** Null where the object lies in another file or is named by a path. */
  readonly address: number | null;
  readonly external: boolean;
}

/** Longest name of a link that is read. */
const MAX_NAME_BYTES = 1_024;
/** Links of one group; each is read. */
const MAX_LINKS = 400_000;
/** Bytes behind the two addresses of an entry of a symbol table: what is cached. */
const CACHE_BYTES = 24;
const SOFT = 2;
/** Type of the records of a tree of names; longer names than so many bytes lie outside the heap's blocks. */
const NAME_RECORDS = 5;
const MAX_DENSE_BYTES = 4_096;

/** True for the messages of a group. */
export function isGroup(messages: readonly Message[]): boolean {
  const kinds: readonly number[] = [MESSAGE.symbolTable, MESSAGE.linkInfo, MESSAGE.link];
  return messages.some(({ type }) => kinds.includes(type));
}

/** What a group holds. @throws Hdf5Problem. */
export async function readLinks(file: Hdf5File, messages: readonly Message[]): Promise<Link[]> {
  const links: Link[] = [];
  for (const { type, fields } of messages) {
    if (type === MESSAGE.link) links.push(readLink(fields));
    else if (type === MESSAGE.linkInfo) await readDenseLinks(file, fields, links);
    else if (type === MESSAGE.symbolTable) await readSymbolTable(file, fields, links);
    if (links.length > MAX_LINKS) throw new Hdf5Problem(l10n.t('a group holds too many names'), 'limit');
  }
  return links;
}

/** Names in a fractal heap, where a group has many. Format: HDF5 File Format Specification 3.0, IV.A.2.c. */
async function readDenseLinks(file: Hdf5File, fields: Fields, links: Link[]): Promise<void> {
  fields.version([0]);
  if ((fields.u8() & 1) !== 0) fields.skip(8);
  const heapAddress = fields.address();
  const tree = fields.address();
  if (heapAddress === null || tree === null) return;
  const heap = await FractalHeap.open(file, heapAddress);
  const records = await readRecords(file, tree, NAME_RECORDS, l10n.t('a tree of names'), MAX_LINKS - links.length);
  const found: Link[] = [];
  for (const record of records) {
    // A hash of the name comes first.
    const link = await heap.object(record.skip(4), l10n.t('a name'));
    if (link === null) throw new Hdf5Problem(l10n.t('a name has more than {0} bytes', MAX_DENSE_BYTES), 'unsupported');
    found.push(readLink(link));
  }
  // The tree is in the order of the hashes, which means nothing to anybody.
  links.push(...found.sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name))));
}

/** Format: IV.A.2.g. */
function readLink(fields: Fields): Link {
  fields.version([1]);
  const flags = fields.u8();
  const type = (flags & 0x08) === 0 ? 0 : fields.u8();
  fields.skip(((flags & 0x04) === 0 ? 0 : 8) + ((flags & 0x10) === 0 ? 0 : 1));
  const name = fields.text(fields.uint(2 ** (flags & 3)));
  return { name, address: type === 0 ? fields.address() : null, external: type === 64 };
}

/** Format: III.A.1, III.B and III.D. */
async function readSymbolTable(file: Hdf5File, message: Fields, links: Link[]): Promise<void> {
  const tree = message.address();
  const heap = message.address();
  if (tree === null || heap === null) throw new Hdf5Problem(l10n.t('a group has no names'));
  const { address, length } = file.widths;
  const head = (await file.fields(heap, 8 + 2 * length + address, l10n.t('a heap of names'))).signature('HEAP');
  head.version([0]);
  head.skip(3);
  const size = head.length();
  head.length();
  const start = head.address();
  if (start === null) throw new Hdf5Problem(l10n.t('a heap of names has no place'));
  const names = await file.fields(start, size, l10n.t('a heap of names'));
  await readTree(file, tree, null, names, links);
}

async function readTree(file: Hdf5File, at: number, above: number | null, names: Fields, links: Link[]): Promise<void> {
  const { address, length } = file.widths;
  const before = 8 + 2 * address;
  const head = (await file.fields(at, before, l10n.t('a tree of names'))).signature('TREE');
  const type = head.u8();
  const level = head.u8();
  const count = head.u16();
  // Levels that count down to zero cannot go round in circles.
  if (type !== 0 || (above !== null && level !== above - 1))
    throw new Hdf5Problem(l10n.t('a tree of names is damaged'));
  const fields = await file.fields(at + before, count * (length + address), l10n.t('a tree of names'));
  for (let index = 0; index < count; index++) {
    fields.skip(length);
    const child = fields.address();
    if (child === null) throw new Hdf5Problem(l10n.t('a tree of names is damaged'));
    if (level > 0) await readTree(file, child, level, names, links);
    else await readNode(file, child, names, links);
  }
}

async function readNode(file: Hdf5File, at: number, names: Fields, links: Link[]): Promise<void> {
  const { address } = file.widths;
  const head = (await file.fields(at, 8, l10n.t('a list of names'))).signature('SNOD').skip(2);
  const count = head.u16();
  if (links.length + count > MAX_LINKS) throw new Hdf5Problem(l10n.t('a group holds too many names'), 'limit');
  const fields = await file.fields(at + 8, count * (2 * address + CACHE_BYTES), l10n.t('a list of names'));
  for (let index = 0; index < count; index++) {
    const offset = fields.uint(address);
    const object = fields.address();
    const cached = fields.u32();
    fields.skip(CACHE_BYTES - 4);
    links.push({ name: nameAt(names, offset), address: cached === SOFT ? null : object, external: false });
  }
}

function nameAt(heap: Fields, offset: number): string {
  const { view, widths, what } = heap;
  if (offset >= view.byteLength) throw new Hdf5Problem(l10n.t('a name lies outside its heap'));
  const length = Math.min(MAX_NAME_BYTES, view.byteLength - offset);
  const part = new DataView(view.buffer, view.byteOffset + offset, length);
  return new Fields(part, widths, what, heap.origin + offset).text(length);
}
