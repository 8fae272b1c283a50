import * as l10n from '@vscode/l10n';
import type { Setting } from '../../tensors/tensor-index.js';
import { elementCount } from '../../tensors/tensor-index.js';
import { widen } from '../../tensors/widen.js';
import { readDataspace, readDatatype } from './datatype.js';
import type { Fields } from './fields.js';
import type { Hdf5File } from './file.js';
import { FractalHeap } from './fractal-heap.js';
import { Hdf5Problem } from './problem.js';
import { readRecords } from './records.js';

/** Longest text that is read: the configuration of a Keras model with some thousand layers. */
const MAX_TEXT_BYTES = 8 * 2 ** 20;

/** Bytes of an attribute's identifier in a heap, and the flag of one that stands elsewhere. */
const ID_BYTES = 8;
const SHARED = 0x02;

/** A plain value under its name; null for lists and for what is neither number nor text. */
export interface Attribute {
  readonly name: string;
  readonly value: Setting | null;
}

/** Parts of an attribute of version 1 fill up to eight bytes. */
function padded(version: number, length: number): number {
  return version === 1 ? Math.ceil(length / 8) * 8 : length;
}

/** Reads an attribute message. Format: HDF5 File Format Specification 3.0, IV.A.2.m. @throws Hdf5Problem. */
export async function readAttribute(file: Hdf5File, fields: Fields): Promise<Attribute> {
  const version = fields.version([1, 2, 3]);
  const flags = fields.u8();
  const nameLength = fields.u16();
  const typeLength = fields.u16();
  const spaceLength = fields.u16();
  if (version === 3) fields.skip(1);
  const name = fields.part(padded(version, nameLength)).text(nameLength);
  const typeFields = fields.part(padded(version, typeLength));
  const spaceFields = fields.part(padded(version, spaceLength));
  // Types and shapes that stand elsewhere are those of no plain value.
  if (version > 1 && flags !== 0) return { name, value: null };
  const type = readDatatype(typeFields);
  const space = readDataspace(spaceFields);
  if (space === null || elementCount(space.shape) !== 1) return { name, value: null };
  if (type.kind === 'text') return { name, value: fields.text(Math.min(type.size, fields.left)) };
  if (type.kind === 'long-text') return { name, value: await longText(file, fields) };
  if (type.kind !== 'number' || type.bigEndian) return { name, value: null };
  const { buffer, byteOffset } = fields.part(type.size).view;
  const [value = NaN] = widen(type.dtype, new Uint8Array(buffer, byteOffset, type.size));
  return { name, value: type.dtype === 'BOOL' ? value !== 0 : value };
}

/** Type of the records of a tree of attributes, and more of them than any object has. */
const ATTRIBUTE_RECORDS = 8;
const MAX_ATTRIBUTES = 20_000;

/** The attribute messages of an object that has many. Format: IV.A.2.v. @throws Hdf5Problem. */
export async function readDenseAttributes(file: Hdf5File, fields: Fields): Promise<Fields[]> {
  fields.version([0]);
  if ((fields.u8() & 1) !== 0) fields.skip(2);
  const heapAddress = fields.address();
  const tree = fields.address();
  if (heapAddress === null || tree === null) return [];
  const heap = await FractalHeap.open(file, heapAddress);
  const records = await readRecords(file, tree, ATTRIBUTE_RECORDS, l10n.t('a tree of attributes'), MAX_ATTRIBUTES);
  const attributes: Fields[] = [];
  for (const record of records) {
    const id = record.part(ID_BYTES);
    const isShared = (record.u8() & SHARED) !== 0;
    const attribute = isShared ? null : await heap.object(id, l10n.t('an attribute'));
    // Lists of some thousand numbers lie outside the heap's blocks; they are no plain values.
    if (attribute !== null) attributes.push(attribute);
  }
  return attributes;
}

/** A text in a global heap. Format: III.E. */
async function longText(file: Hdf5File, fields: Fields): Promise<string | null> {
  const length = fields.u32();
  const collection = fields.address();
  const index = fields.u32();
  if (collection === null || length === 0) return length === 0 ? '' : null;
  if (length > MAX_TEXT_BYTES) throw new Hdf5Problem(l10n.t('a text has {0} bytes', length), 'limit');
  const before = 8 + file.widths.length;
  const head = (await file.fields(collection, before, l10n.t('a global heap'))).signature('GCOL').skip(4);
  const size = head.length();
  let at = before;
  while (at + before <= size) {
    const object = await file.fields(collection + at, before, l10n.t('an object of a global heap'));
    const found = object.u16();
    object.skip(6);
    const bytes = object.length();
    if (found === 0) break;
    if (found === index) {
      const least = Math.min(bytes, length);
      return (await file.fields(collection + at + before, least, l10n.t('a text'))).text(least);
    }
    at += before + Math.ceil(bytes / 8) * 8;
  }
  throw new Hdf5Problem(l10n.t('a text is not in its global heap'));
}
