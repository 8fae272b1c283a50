import { Arena, type Kernels, loadKernels } from '../linalg/kernels/kernels.js';
import { decodeBlocks } from './blocks.js';
import { DTYPES, isBlockType, type DType, type PlainType } from './dtype.js';
import { FLOAT_LAYOUTS, floatValues } from './float-layout.js';

/** Copies the stored elements into float64; `bytes` holds exactly as many elements as `out`. */
type Widen = (bytes: Uint8Array<ArrayBuffer>, out: Float64Array) => void;

/** Typed arrays over a buffer need their own alignment; bytes out of the middle of a file rarely have it. */
function aligned(bytes: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer> {
  return bytes.byteOffset % size === 0 ? bytes : bytes.slice();
}

/** For element types of which JavaScript has an array. */
function byArray(
  construct: new (
    buffer: ArrayBuffer,
    offset: number,
    length: number,
  ) => ArrayLike<number> & { BYTES_PER_ELEMENT: number },
  size: number,
): Widen {
  return (bytes, out) => {
    const source = aligned(bytes, size);
    out.set(new construct(source.buffer, source.byteOffset, out.length));
  };
}

const tables = new Map<DType, Float32Array>();

/** All values of a type of 8 or 16 bits by their bits; float32 holds each of them exactly. */
function valueTable(dtype: DType): Float32Array {
  let table = tables.get(dtype);
  if (table === undefined) {
    const layout = FLOAT_LAYOUTS[dtype];
    if (layout === undefined) throw new Error(`${dtype} has no table of values`);
    table = floatValues(layout);
    tables.set(dtype, table);
  }
  return table;
}

function byTable16(dtype: DType): Widen {
  return (bytes, out) => {
    const table = valueTable(dtype);
    const source = aligned(bytes, 2);
    const codes = new Uint16Array(source.buffer, source.byteOffset, out.length);
    for (let i = 0; i < codes.length; i++) out[i] = table[codes[i] ?? 0] ?? 0;
  };
}

/** Elements that are widened at a time: their memory is 160 kB. */
const PIECE = 16_384;

let halves: { readonly kernels: Kernels; readonly from: number; readonly to: number } | null = null;

/** The memory of the kernels that float16 goes through, made when the first is read. */
function halvesMemory() {
  if (halves !== null) return halves;
  const kernels = loadKernels();
  const arena = new Arena(kernels);
  halves = { kernels, from: arena.take(PIECE / 4), to: arena.take(PIECE) };
  return halves;
}

/** A table alone takes four times as long: 9 ns a number where memory is cold. */
const widenFloat16: Widen = (bytes, out) => {
  const { kernels, from, to } = halvesMemory();
  const { buffer } = kernels.memory;
  for (let first = 0; first < out.length; first += PIECE) {
    const count = Math.min(PIECE, out.length - first);
    const piece = bytes.subarray(2 * first, 2 * (first + count));
    new Uint8Array(buffer, from, piece.length).set(piece);
    // Those behind the last are left from before, and not read.
    if (kernels.widenHalves(from, (count + 3) & ~3, to) !== 0) out.set(new Float64Array(buffer, to, count), first);
    else byTable16('F16')(piece, out.subarray(first, first + count));
  }
};

function byTable8(dtype: DType): Widen {
  return (bytes, out) => {
    const table = valueTable(dtype);
    for (let i = 0; i < bytes.length; i++) out[i] = table[bytes[i] ?? 0] ?? 0;
  };
}

/** A bfloat16 is the upper half of a float32. */
const widenBfloat16: Widen = (bytes, out) => {
  const source = aligned(bytes, 2);
  const halves = new Uint16Array(source.buffer, source.byteOffset, out.length);
  const words = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) words[i] = (halves[i] ?? 0) << 16;
  out.set(new Float32Array(words.buffer));
};

/** Integers beyond 2^53 are rounded, as any conversion to float64 does. */
function by64Bits(construct: BigInt64ArrayConstructor | BigUint64ArrayConstructor): Widen {
  return (bytes, out) => {
    const source = aligned(bytes, 8);
    const values = new construct(source.buffer, source.byteOffset, out.length);
    for (let i = 0; i < values.length; i++) out[i] = Number(values[i] ?? 0n);
  };
}

const refuseComplex: Widen = () => {
  throw new Error('complex numbers have no float64 value');
};

const WIDEN: Record<PlainType, Widen> = {
  F64: byArray(Float64Array, 8),
  F32: byArray(Float32Array, 4),
  F16: widenFloat16,
  BF16: widenBfloat16,
  F8_E4M3: byTable8('F8_E4M3'),
  F8_E5M2: byTable8('F8_E5M2'),
  F8_E4M3FNUZ: byTable8('F8_E4M3FNUZ'),
  F8_E5M2FNUZ: byTable8('F8_E5M2FNUZ'),
  F8_E8M0: byTable8('F8_E8M0'),
  I64: by64Bits(BigInt64Array),
  I32: byArray(Int32Array, 4),
  I16: byArray(Int16Array, 2),
  I8: byArray(Int8Array, 1),
  U64: by64Bits(BigUint64Array),
  U32: byArray(Uint32Array, 4),
  U16: byArray(Uint16Array, 2),
  U8: byArray(Uint8Array, 1),
  BOOL: byArray(Uint8Array, 1),
  C64: refuseComplex,
  C128: refuseComplex,
};

/**
 * The stored little-endian elements as float64, exactly (64-bit integers beyond 2^53 are rounded).
 * @param bytes whole elements, or whole blocks of them; at any offset in its buffer.
 */
export function widen(dtype: DType, bytes: Uint8Array<ArrayBuffer>): Float64Array {
  if (isBlockType(dtype)) return decodeBlocks(dtype, bytes, 'values');
  const out = new Float64Array(bytes.byteLength / DTYPES[dtype].bytes);
  WIDEN[dtype](bytes, out);
  return out;
}
