import * as l10n from '@vscode/l10n';
import { isDType, type PlainType } from '../../tensors/dtype.js';
import type { Fields } from './fields.js';

/** What the elements of a dataset or attribute are. */
export type Datatype =
  | { readonly kind: 'number'; readonly size: number; readonly dtype: PlainType; readonly bigEndian: boolean }
  | { readonly kind: 'text'; readonly size: number }
  | { readonly kind: 'long-text'; readonly size: number }
  | { readonly kind: 'other'; readonly size: number; readonly name: string };

const OTHER_CLASSES: readonly (() => string)[] = [
  () => l10n.t('integers of an unusual size'),
  () => l10n.t('floats of an unusual layout'),
  () => l10n.t('times'),
  () => l10n.t('texts'),
  () => l10n.t('bit fields'),
  () => l10n.t('opaque bytes'),
  () => l10n.t('records of several fields'),
  () => l10n.t('references'),
  () => l10n.t('enumerations'),
  () => l10n.t('lists of varying length'),
  () => l10n.t('arrays as elements'),
];

/** Bits of exponent and mantissa of the floating-point types. */
const FLOATS: ReadonlyMap<string, PlainType> = new Map<string, PlainType>([
  ['8/11/52', 'F64'],
  ['4/8/23', 'F32'],
  ['2/5/10', 'F16'],
  ['2/8/7', 'BF16'],
]);

const BIG_ENDIAN = 0x01;
const VAX = 0x40;
const SIGNED = 0x08;

/** Reads a datatype message. Format: HDF5 File Format Specification 3.0, IV.A.2.d. */
export function readDatatype(fields: Fields): Datatype {
  const type = fields.u8() & 0x0f;
  const bits = fields.uint(3);
  const size = fields.u32();
  const other: Datatype = { kind: 'other', size, name: OTHER_CLASSES[type]?.() ?? l10n.t('class {0}', type) };
  const bigEndian = (bits & BIG_ENDIAN) !== 0;
  if (type === 0) {
    const name = `${(bits & SIGNED) === 0 ? 'U' : 'I'}${String(size * 8)}`;
    return isDType(name) ? { kind: 'number', size, dtype: name, bigEndian } : other;
  }
  if (type === 1) {
    fields.skip(5);
    const exponent = fields.u8();
    fields.skip(1);
    const dtype = FLOATS.get([size, exponent, fields.u8()].join('/'));
    return dtype === undefined || (bits & VAX) !== 0 ? other : { kind: 'number', size, dtype, bigEndian };
  }
  if (type === 3) return { kind: 'text', size };
  // An enumeration of two bytes' names is what h5py makes of a boolean.
  if (type === 8) {
    const base = readDatatype(fields);
    return base.kind === 'number' && size === 1 ? { ...base, dtype: 'BOOL' } : other;
  }
  return type === 9 && (bits & 0x0f) === 1 ? { kind: 'long-text', size } : other;
}

/** Sizes of the axes, and what they may grow to. */
interface Dataspace {
  readonly shape: readonly number[];
  /** Infinity for an axis that may grow without end. */
  readonly most: readonly number[];
}

/** Reads a dataspace message; null for a dataset that holds nothing. Format: IV.A.2.b. */
export function readDataspace(fields: Fields): Dataspace | null {
  const version = fields.version([1, 2]);
  const axes = fields.u8();
  const growing = (fields.u8() & 1) !== 0;
  const type = version === 2 ? fields.u8() : 1;
  if (version === 1) fields.skip(5);
  if (type === 2) return null;
  const shape = Array.from({ length: axes }, () => fields.length());
  const most = growing ? shape.map(() => (fields.left === 0 ? 0 : mostOf(fields))) : shape;
  return { shape, most };
}

/** A size of which all bits are set means that there is no end. */
function mostOf(fields: Fields): number {
  const size = fields.length();
  return size >= 2 ** (8 * fields.widths.length) - 1 ? Infinity : size;
}
