import { isBlockType, type DType } from './dtype.js';
import { FLOAT_LAYOUTS } from './float-layout.js';

const scratch = new DataView(new ArrayBuffer(8));

/** Exponent e of 2^e <= |value| < 2^(e+1); for subnormal float64 numbers the one of the smallest normal. */
function binaryExponent(value: number): number {
  scratch.setFloat64(0, value);
  return Math.max((scratch.getUint16(0) >> 4) & 0x7ff, 1) - 1023;
}

/**
 * Distance between neighbouring numbers of a stored type at a value, subnormal numbers included; 1 for whole numbers,
 * NaN for infinity and NaN, and for types that store blocks, whose scales decide. Right at a power of two it is the distance to the neighbour further from zero.
 */
export function spacing(dtype: DType, value: number): number {
  const layout = FLOAT_LAYOUTS[dtype] ?? (dtype === 'C64' ? FLOAT_LAYOUTS.F32 : undefined);
  if (!Number.isFinite(value) || isBlockType(dtype)) return NaN;
  if (layout === undefined) return dtype === 'C128' ? spacing('F64', value) : 1;
  // The lowest stored exponent is that of subnormal numbers, except where there are none.
  const lowest = (layout.special === 'scale' ? 0 : 1) - layout.bias;
  return 2 ** (Math.max(binaryExponent(value), lowest) - layout.mantissaBits);
}
