/** Types with one element after the other, as safetensors spells them; every reader translates into these. */
const PLAIN_TYPES = {
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
} as const satisfies Record<string, TypeFacts>;

/** Types that store several elements together: those of ggml in blocks with scales of their own, those of ONNX in bytes. `bytes` of one element is a fraction. */
const BLOCK_TYPES = {
  Q4_0: { bytes: 18 / 32, label: 'Q4_0', kind: 'float' },
  Q4_1: { bytes: 20 / 32, label: 'Q4_1', kind: 'float' },
  Q5_0: { bytes: 22 / 32, label: 'Q5_0', kind: 'float' },
  Q5_1: { bytes: 24 / 32, label: 'Q5_1', kind: 'float' },
  Q8_0: { bytes: 34 / 32, label: 'Q8_0', kind: 'float' },
  Q2_K: { bytes: 84 / 256, label: 'Q2_K', kind: 'float' },
  Q3_K: { bytes: 110 / 256, label: 'Q3_K', kind: 'float' },
  Q4_K: { bytes: 144 / 256, label: 'Q4_K', kind: 'float' },
  Q5_K: { bytes: 176 / 256, label: 'Q5_K', kind: 'float' },
  Q6_K: { bytes: 210 / 256, label: 'Q6_K', kind: 'float' },
  IQ1_S: { bytes: 50 / 256, label: 'IQ1_S', kind: 'float' },
  IQ1_M: { bytes: 56 / 256, label: 'IQ1_M', kind: 'float' },
  IQ2_XXS: { bytes: 66 / 256, label: 'IQ2_XXS', kind: 'float' },
  IQ2_XS: { bytes: 74 / 256, label: 'IQ2_XS', kind: 'float' },
  IQ2_S: { bytes: 82 / 256, label: 'IQ2_S', kind: 'float' },
  IQ3_XXS: { bytes: 98 / 256, label: 'IQ3_XXS', kind: 'float' },
  IQ3_S: { bytes: 110 / 256, label: 'IQ3_S', kind: 'float' },
  IQ4_NL: { bytes: 18 / 32, label: 'IQ4_NL', kind: 'float' },
  IQ4_XS: { bytes: 136 / 256, label: 'IQ4_XS', kind: 'float' },
  TQ1_0: { bytes: 54 / 256, label: 'TQ1_0', kind: 'float' },
  TQ2_0: { bytes: 66 / 256, label: 'TQ2_0', kind: 'float' },
  MXFP4: { bytes: 17 / 32, label: 'MXFP4', kind: 'float' },
  U2: { bytes: 1 / 4, label: 'uint2', kind: 'integer' },
  I2: { bytes: 1 / 4, label: 'int2', kind: 'integer' },
  U4: { bytes: 1 / 2, label: 'uint4', kind: 'integer' },
  I4: { bytes: 1 / 2, label: 'int4', kind: 'integer' },
  F4_E2M1: { bytes: 1 / 2, label: 'float4 e2m1', kind: 'float' },
  NVFP4: { bytes: 36 / 64, label: 'NVFP4', kind: 'float' },
} as const satisfies Record<string, TypeFacts>;

interface TypeFacts {
  /** Of one element; exact in binary also where it is a fraction. */
  readonly bytes: number;
  readonly label: string;
  readonly kind: 'float' | 'integer' | 'boolean' | 'complex';
}

/** Every element type. */
export const DTYPES = { ...PLAIN_TYPES, ...BLOCK_TYPES };

/** Name of an element type with one element after the other. */
export type PlainType = keyof typeof PLAIN_TYPES;

/** Name of an element type that stores blocks. */
export type BlockType = keyof typeof BLOCK_TYPES;

/** Name of an element type. */
export type DType = PlainType | BlockType;

/** Bytes of so many elements; the last byte may be filled up. */
export function byteLengthOf(dtype: DType, count: number): number {
  return Math.ceil(count * DTYPES[dtype].bytes);
}

/** True for a name in the table of types with one element after the other. */
export function isDType(name: string): name is PlainType {
  return Object.hasOwn(PLAIN_TYPES, name);
}

/** True for a type that stores blocks. */
export function isBlockType(dtype: DType): dtype is BlockType {
  return Object.hasOwn(BLOCK_TYPES, dtype);
}

/** True for the element types that hold real numbers with fractions. */
export function isFloat(dtype: DType): boolean {
  return DTYPES[dtype].kind === 'float';
}
