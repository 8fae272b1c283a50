import type { DType } from '../tensors/dtype.js';

/** Element types by their number in TensorProto.DataType; those that are missing hold texts or elements of six bits. */
const TYPES: ReadonlyMap<number, DType> = new Map([
  [1, 'F32'],
  [2, 'U8'],
  [3, 'I8'],
  [4, 'U16'],
  [5, 'I16'],
  [6, 'I32'],
  [7, 'I64'],
  [9, 'BOOL'],
  [10, 'F16'],
  [11, 'F64'],
  [12, 'U32'],
  [13, 'U64'],
  [14, 'C64'],
  [15, 'C128'],
  [16, 'BF16'],
  [17, 'F8_E4M3'],
  [18, 'F8_E4M3FNUZ'],
  [19, 'F8_E5M2'],
  [20, 'F8_E5M2FNUZ'],
  [21, 'U4'],
  [22, 'I4'],
  [23, 'F4_E2M1'],
  [24, 'F8_E8M0'],
  [25, 'U2'],
  [26, 'I2'],
]);

/** Element types that have a number and are not read. */
const OTHERS: ReadonlyMap<number, string> = new Map([
  [8, 'text'],
  [27, 'float6 e2m3'],
  [28, 'float6 e3m2'],
]);

/** The element type of a number in a file; a text for one that is known and not read, null for one that is none. */
export function elementType(code: number): { readonly dtype: DType } | { readonly other: string } | null {
  const dtype = TYPES.get(code);
  if (dtype !== undefined) return { dtype };
  const other = OTHERS.get(code);
  return other === undefined ? null : { other };
}
