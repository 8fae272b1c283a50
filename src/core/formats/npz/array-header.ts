import * as l10n from '@vscode/l10n';
import { isDType, type DType } from '../../tensors/dtype.js';
import { checkedElementCount } from '../shape.js';

/** Why a NumPy array cannot be read: the end of a sentence about it. */
export class ArrayProblem extends Error {
  constructor(
    message: string,
    /** False for damage, true for a sound array of a kind that is not read. */
    readonly isKind: boolean,
  ) {
    super(message);
  }
}

/** What stands before the elements of an array. */
export interface ArrayHeader {
  readonly dtype: DType;
  readonly bigEndian: boolean;
  readonly shape: readonly number[];
  readonly count: number;
  /** True where the first axis varies fastest. */
  readonly columnsFirst: boolean;
  /** Bytes of the header with all that stands before it. */
  readonly length: number;
}

/** Magic, version, and the longer form of the length. */
export const PREFIX_BYTES = 12;
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
/** NumPy itself reads no longer ones unless told to. */
const MAX_HEADER_BYTES = 64 * 2 ** 10;

const KINDS: Readonly<Record<string, string>> = { f: 'F', i: 'I', u: 'U', c: 'C', b: 'BOOL', V: 'V' };

/** True for the bytes that every .npy file starts with. */
export function isArray(bytes: Uint8Array): boolean {
  return MAGIC.every((byte, index) => bytes[index] === byte);
}

/**
 * Bytes that the header takes, from its first `PREFIX_BYTES`.
 * @throws ArrayProblem.
 */
export function headerLength(bytes: Uint8Array): number {
  if (!isArray(bytes)) throw new ArrayProblem(l10n.t('does not start as a NumPy array does'), false);
  const [version = 0] = bytes.subarray(6, 7);
  if (version < 1 || version > 3)
    throw new ArrayProblem(l10n.t('has a header of the unknown version {0}', version), true);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = version === 1 ? 10 + view.getUint16(8, true) : 12 + view.getUint32(8, true);
  if (length > MAX_HEADER_BYTES) throw new ArrayProblem(l10n.t('has a header of {0} bytes', length), false);
  return length;
}

const FIELDS = {
  descr: /'descr'\s*:\s*'([^'\\]{1,40})'\s*,/u,
  order: /'fortran_order'\s*:\s*(True|False)\s*,/u,
  shape: /'shape'\s*:\s*\(\s*((?:\d{1,19}L?\s*,\s*)*(?:\d{1,19}L?)?)\s*\)\s*,?/u,
} as const;

function dtypeOf(descr: string): Pick<ArrayHeader, 'dtype' | 'bigEndian'> {
  const [, order = '', kind = '', digits = ''] = /^([<>|=])([a-zA-Z])(\d*)$/u.exec(descr) ?? [];
  if (kind === 'O') {
    throw new ArrayProblem(l10n.t('is an object array: a pickle, which NumPy would run when it loads it'), true);
  }
  const name = KINDS[kind] === 'BOOL' ? 'BOOL' : `${KINDS[kind] ?? ''}${String(8 * Number(digits))}`;
  // JAX writes bfloat16 as two bytes that NumPy has no name for.
  const known = name === 'V16' ? 'BF16' : name;
  if (!isDType(known)) throw new ArrayProblem(l10n.t('is of the type {0}, which is not read', descr), true);
  return { dtype: known, bigEndian: order === '>' };
}

/**
 * Reads the header: a Python dictionary with three entries, of which nothing is evaluated.
 * @param bytes the whole header.
 * @throws ArrayProblem.
 */
export function parseArrayHeader(bytes: Uint8Array): ArrayHeader {
  const length = headerLength(bytes);
  const start = bytes[6] === 1 ? 10 : 12;
  const text = String.fromCharCode(...bytes.subarray(start, length)).trim();
  const structured = /'descr'\s*:\s*\[/u.test(text);
  if (structured) throw new ArrayProblem(l10n.t('has records of several fields, which are not read'), true);
  const descr = FIELDS.descr.exec(text)?.[1];
  const order = FIELDS.order.exec(text)?.[1];
  const sizes = FIELDS.shape.exec(text)?.[1];
  const rest = text.replace(FIELDS.descr, '').replace(FIELDS.order, '').replace(FIELDS.shape, '');
  if (descr === undefined || order === undefined || sizes === undefined || !/^\{\s*\}$/u.test(rest)) {
    throw new ArrayProblem(l10n.t('has a header that is not a literal of descr, fortran_order and shape'), false);
  }
  const shape = sizes.split(',').flatMap((size) => (size.trim() === '' ? [] : [Number(size.replace('L', ''))]));
  const count = checkedElementCount(shape);
  if (typeof count === 'string') throw new ArrayProblem(count, false);
  return { ...dtypeOf(descr), shape, count, columnsFirst: order === 'True' && shape.length > 1, length };
}
