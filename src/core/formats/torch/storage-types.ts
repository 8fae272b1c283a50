import { DTYPES, type DType } from '../../tensors/dtype.js';
import type { StorageType } from './pickle/values.js';

function typed(dtype: DType): StorageType {
  return { dtype, elementBytes: DTYPES[dtype].bytes };
}

function unread(elementBytes: number): StorageType {
  return { dtype: null, elementBytes };
}

/** What PyTorch's storage classes hold. */
const STORAGE_TYPES: ReadonlyMap<string, StorageType> = new Map<string, StorageType>([
  ['UntypedStorage', { dtype: 'any', elementBytes: 1 }],
  ['DoubleStorage', typed('F64')],
  ['FloatStorage', typed('F32')],
  ['HalfStorage', typed('F16')],
  ['BFloat16Storage', typed('BF16')],
  ['LongStorage', typed('I64')],
  ['IntStorage', typed('I32')],
  ['ShortStorage', typed('I16')],
  ['CharStorage', typed('I8')],
  ['ByteStorage', typed('U8')],
  ['BoolStorage', typed('BOOL')],
  ['ComplexFloatStorage', typed('C64')],
  ['ComplexDoubleStorage', typed('C128')],
  ['QInt8Storage', unread(1)],
  ['QUInt8Storage', unread(1)],
  ['QInt32Storage', unread(4)],
  ['QUInt4x2Storage', unread(1)],
  ['QUInt2x4Storage', unread(1)],
]);

/** Element types by the names of PyTorch's dtypes. */
const TORCH_TYPES: ReadonlyMap<string, DType> = new Map<string, DType>([
  ['float64', 'F64'],
  ['double', 'F64'],
  ['float32', 'F32'],
  ['float', 'F32'],
  ['float16', 'F16'],
  ['half', 'F16'],
  ['bfloat16', 'BF16'],
  ['float8_e4m3fn', 'F8_E4M3'],
  ['float8_e5m2', 'F8_E5M2'],
  ['float8_e4m3fnuz', 'F8_E4M3FNUZ'],
  ['float8_e5m2fnuz', 'F8_E5M2FNUZ'],
  ['float8_e8m0fnu', 'F8_E8M0'],
  ['int64', 'I64'],
  ['int32', 'I32'],
  ['int16', 'I16'],
  ['int8', 'I8'],
  ['uint64', 'U64'],
  ['uint32', 'U32'],
  ['uint16', 'U16'],
  ['uint8', 'U8'],
  ['bool', 'BOOL'],
  ['complex64', 'C64'],
  ['complex128', 'C128'],
]);

/** What a storage class holds; undefined for one that is not known. */
export function storageType(name: string): StorageType | undefined {
  return STORAGE_TYPES.get(name);
}

/** The element type of a PyTorch dtype; undefined for one that is not read. */
export function torchType(name: string): DType | undefined {
  return TORCH_TYPES.get(name);
}
