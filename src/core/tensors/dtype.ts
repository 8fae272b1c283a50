/** Element types as safetensors spells them; every reader translates into these. */
export const DTYPES = {
  F64: { bytes: 8, label: 'float64', kind: 'float' },
  F32: { bytes: 4, label: 'float32', kind: 'float' },
  F16: { bytes: 2, label: 'float16', kind: 'float' },
  BF16: { bytes: 2, label: 'bfloat16', kind: 'float' },
  F8_E4M3: { bytes: 1, label: 'float8 e4m3', kind: 'float' },
  F8_E5M2: { bytes: 1, label: 'float8 e5m2', kind: 'float' },
  F8_E4M3FNUZ: { bytes: 1, label: 'float8 e4m3fnuz', kind: 'float' },
  F8_E5M2FNUZ: { bytes: 1, label: 'float8 e5m2fnuz', kind: 'float' },
  F8_E8M0: { bytes: 1, label: 'float8 e8m0', kind: 'float' },
  I64: { bytes: 8, label: 'int64', kind: 'integer' },
  I32: { bytes: 4, label: 'int32', kind: 'integer' },
  I16: { bytes: 2, label: 'int16', kind: 'integer' },
  I8: { bytes: 1, label: 'int8', kind: 'integer' },
  U64: { bytes: 8, label: 'uint64', kind: 'integer' },
  U32: { bytes: 4, label: 'uint32', kind: 'integer' },
  U16: { bytes: 2, label: 'uint16', kind: 'integer' },
  U8: { bytes: 1, label: 'uint8', kind: 'integer' },
  BOOL: { bytes: 1, label: 'bool', kind: 'boolean' },
  C64: { bytes: 8, label: 'complex64', kind: 'complex' },
  C128: { bytes: 16, label: 'complex128', kind: 'complex' },
} as const satisfies Record<
  string,
  { bytes: number; label: string; kind: 'float' | 'integer' | 'boolean' | 'complex' }
>;

/** Name of an element type. */
export type DType = keyof typeof DTYPES;

/** True for a name in the table of element types. */
export function isDType(name: string): name is DType {
  return Object.hasOwn(DTYPES, name);
}

/** True for the element types that hold real floating-point numbers. */
export function isFloat(dtype: DType): boolean {
  return DTYPES[dtype].kind === 'float';
}
