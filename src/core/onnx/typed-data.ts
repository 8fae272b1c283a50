import * as l10n from '@vscode/l10n';
import { byteLengthOf, DTYPES, type DType } from '../tensors/dtype.js';
import { readFields, readPacked, WIRE, type WireField, WireProblem } from './wire.js';

/** Fields of TensorProto that hold elements in a form of their own. */
export const TYPED_FIELDS = { float: 4, int32: 5, int64: 7, double: 10, uint64: 11 } as const;

/** The number of a field that is not packed; none where it is of another kind than the field holds. */
function single(bytes: Uint8Array, { number, wire, value, start }: WireField): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (number === TYPED_FIELDS.float) return wire === WIRE.fixed32 ? [view.getFloat32(start, true)] : [];
  if (number === TYPED_FIELDS.double) return wire === WIRE.fixed64 ? [view.getFloat64(start, true)] : [];
  return wire === WIRE.varint ? [value] : [];
}

/** The numbers of a packed field, and no more than `limit`. */
function packed(bytes: Uint8Array, { number, start, end }: WireField, limit: number): number[] {
  const content = bytes.subarray(start, end);
  if (number !== TYPED_FIELDS.float && number !== TYPED_FIELDS.double) return readPacked(content, start, limit);
  const size = number === TYPED_FIELDS.float ? 4 : 8;
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  return Array.from({ length: Math.min(limit, Math.floor(content.length / size)) }, (_, index) =>
    size === 4 ? view.getFloat32(index * size, true) : view.getFloat64(index * size, true),
  );
}

/** Numbers as little-endian elements; floats of 8 and 16 bits stand in whole numbers, bit by bit. */
function elements(dtype: DType, values: readonly number[]): Uint8Array<ArrayBuffer> {
  const size = Math.max(1, DTYPES[dtype].bytes);
  const view = new DataView(new ArrayBuffer(size * values.length));
  for (const [index, value] of values.entries()) {
    const at = index * size;
    if (dtype === 'F32') view.setFloat32(at, value, true);
    else if (dtype === 'F64') view.setFloat64(at, value, true);
    else if (size === 8) view.setBigInt64(at, BigInt(value), true);
    else if (size === 4) view.setInt32(at, value, true);
    else if (size === 2) view.setInt16(at, value, true);
    else view.setInt8(at, value);
  }
  return new Uint8Array(view.buffer);
}

/** Numbers of a typed field that hold so many elements: one each, or one for each byte of those that share bytes. */
export function unitsOf(dtype: DType, count: number): number {
  return DTYPES[dtype].bytes < 1 ? byteLengthOf(dtype, count) : count;
}

/**
 * The elements of a tensor that lie in a typed field of its message, packed or one by one.
 * @param message the whole TensorProto. @param field number of that field. @param count what the shape says.
 * @returns the elements as raw bytes, row by row.
 * @throws WireProblem when they are not as many as the shape says.
 */
export function typedData(message: Uint8Array, field: number, dtype: DType, count: number): Uint8Array<ArrayBuffer> {
  const units = unitsOf(dtype, count);
  const values: number[] = [];
  for (const each of readFields(message, 0)) {
    if (each.number !== field || values.length > units) continue;
    const numbers = each.wire === WIRE.bytes ? packed(message, each, units + 1) : single(message, each);
    for (const number of numbers) values.push(number);
  }
  if (values.length === units) return elements(dtype, values);
  throw new WireProblem(l10n.t('a tensor of {0} elements holds other than {1} numbers', count, units), 0);
}
