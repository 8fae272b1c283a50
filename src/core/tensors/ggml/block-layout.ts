import { FLOAT_LAYOUTS, decodeFloat } from '../float-layout.js';

/** One type of ggml: value = scale x code + offset, scale and offset those of the element's group. */
export interface BlockLayout {
  /** Elements of a block, and of each group in it. */
  readonly elements: number;
  readonly group: number;
  readonly bytes: number;
  /** Fills `codes`, `scales` and `offsets` from the block at `at`. */
  readonly parse: (bytes: Uint8Array, at: number) => void;
  /** Width of what is rounded to a code, in scales; 1 where codes are whole numbers one after the other. */
  readonly width?: (code: number) => number;
}

/** Elements of the larger blocks. */
export const LARGE = 256;

/** What `parse` fills: one block at a time. */
export const codes = new Int16Array(LARGE);
export const scales = new Float64Array(16);
export const offsets = new Float64Array(16);

const HALF = FLOAT_LAYOUTS.F16;

/** The value of the bits of a float16. */
export function halfOf(bits: number): number {
  return HALF === undefined ? 0 : decodeFloat(HALF, bits);
}

/** 16 bits at a place. */
export function u16(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
}

/** The float16 at a place. */
export function half(bytes: Uint8Array, at: number): number {
  return halfOf(u16(bytes, at));
}

/** Four bits of the byte at a place, the lower ones first. */
export function nibble(bytes: Uint8Array, at: number, upper: number): number {
  return ((bytes[at] ?? 0) >> (4 * upper)) & 15;
}
