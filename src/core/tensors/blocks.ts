import type { BlockType } from './dtype.js';
import { type BlockLayout, codes, half, LARGE, offsets, scales } from './ggml/block-layout.js';
import { LATTICE_BLOCKS } from './ggml/lattice-blocks.js';
import { TABLE_BLOCKS } from './ggml/table-blocks.js';

function signed(byte: number): number {
  return (byte << 24) >> 24;
}

/** Blocks of 32 with one scale: low four bits of the first half, then of the second. @param high where a fifth bit lies. */
function parseSmall(minimum: boolean, high: boolean, centre: number): BlockLayout['parse'] {
  return (bytes, at) => {
    scales[0] = half(bytes, at);
    offsets[0] = minimum ? half(bytes, at + 2) : 0;
    const bits = at + (minimum ? 4 : 2);
    const low = bits + (high ? 4 : 0);
    for (let i = 0; i < 32; i++) {
      const nibble = ((bytes[low + (i & 15)] ?? 0) >> (i < 16 ? 0 : 4)) & 15;
      const fifth = high ? ((bytes[bits + (i >> 3)] ?? 0) >> (i & 7)) & 1 : 0;
      codes[i] = (nibble | (fifth << 4)) - centre;
    }
  };
}

function parseQ8(bytes: Uint8Array, at: number): void {
  scales[0] = half(bytes, at);
  offsets[0] = 0;
  for (let i = 0; i < 32; i++) codes[i] = signed(bytes[at + 2 + i] ?? 0);
}

/** Two bits of each element, four rows of 32 in 32 bytes. */
function twoBits(bytes: Uint8Array, at: number, i: number): number {
  return ((bytes[at + (i >> 7) * 32 + (i & 31)] ?? 0) >> (((i >> 5) & 3) * 2)) & 3;
}

function parseQ2K(bytes: Uint8Array, at: number): void {
  const scale = half(bytes, at + 80);
  const minimum = half(bytes, at + 82);
  for (let j = 0; j < 16; j++) {
    const packed = bytes[at + j] ?? 0;
    scales[j] = Math.fround(scale * (packed & 15));
    offsets[j] = -Math.fround(minimum * (packed >> 4));
  }
  for (let i = 0; i < LARGE; i++) codes[i] = twoBits(bytes, at + 16, i);
}

function parseQ3K(bytes: Uint8Array, at: number): void {
  const scale = half(bytes, at + 108);
  const packed = at + 96;
  for (let j = 0; j < 16; j++) {
    const low = ((bytes[packed + (j & 7)] ?? 0) >> (j < 8 ? 0 : 4)) & 15;
    const high = ((bytes[packed + 8 + (j & 3)] ?? 0) >> (2 * (j >> 2))) & 3;
    scales[j] = Math.fround(scale * ((low | (high << 4)) - 32));
    offsets[j] = 0;
  }
  for (let i = 0; i < LARGE; i++) {
    const third = ((bytes[at + (i & 31)] ?? 0) >> (i >> 5)) & 1;
    // A set bit means that nothing is taken away.
    codes[i] = twoBits(bytes, at + 32, i) - (third === 1 ? 0 : 4);
  }
}

/** Scales and minima of 6 bits each, eight of both in 12 bytes. */
function parseSixBits(bytes: Uint8Array, at: number): void {
  const scale = half(bytes, at);
  const minimum = half(bytes, at + 2);
  const byte = (index: number): number => bytes[at + 4 + index] ?? 0;
  for (let j = 0; j < 8; j++) {
    const first = j < 4;
    const own = first ? byte(j) & 63 : (byte(j + 4) & 15) | ((byte(j - 4) >> 2) & 48);
    const least = first ? byte(j + 4) & 63 : (byte(j + 4) >> 4) | ((byte(j) >> 2) & 48);
    scales[j] = Math.fround(scale * own);
    offsets[j] = -Math.fround(minimum * least);
  }
}

/** Four bits of each element, two rows of 32 in 32 bytes. */
function fourBits(bytes: Uint8Array, at: number, i: number): number {
  return ((bytes[at + (i >> 6) * 32 + (i & 31)] ?? 0) >> (((i >> 5) & 1) * 4)) & 15;
}

function parseQ4K(bytes: Uint8Array, at: number): void {
  parseSixBits(bytes, at);
  for (let i = 0; i < LARGE; i++) codes[i] = fourBits(bytes, at + 16, i);
}

function parseQ5K(bytes: Uint8Array, at: number): void {
  parseSixBits(bytes, at);
  for (let i = 0; i < LARGE; i++) {
    const fifth = ((bytes[at + 16 + (i & 31)] ?? 0) >> (i >> 5)) & 1;
    codes[i] = fourBits(bytes, at + 48, i) | (fifth << 4);
  }
}

function parseQ6K(bytes: Uint8Array, at: number): void {
  const scale = half(bytes, at + 208);
  for (let j = 0; j < 16; j++) {
    scales[j] = Math.fround(scale * signed(bytes[at + 192 + j] ?? 0));
    offsets[j] = 0;
  }
  for (let i = 0; i < LARGE; i++) {
    const low = ((bytes[at + (i >> 7) * 64 + (i & 63)] ?? 0) >> (((i >> 6) & 1) * 4)) & 15;
    codes[i] = (low | (twoBits(bytes, at + 128, i) << 4)) - 32;
  }
}

/** How blocks lie: ggml-common.h of ggml; the arithmetic in float32 is that of the `gguf` package for Python. */
export const BLOCKS: Readonly<Record<BlockType, BlockLayout>> = {
  Q4_0: { elements: 32, group: 32, bytes: 18, parse: parseSmall(false, false, 8) },
  Q4_1: { elements: 32, group: 32, bytes: 20, parse: parseSmall(true, false, 0) },
  Q5_0: { elements: 32, group: 32, bytes: 22, parse: parseSmall(false, true, 16) },
  Q5_1: { elements: 32, group: 32, bytes: 24, parse: parseSmall(true, true, 0) },
  Q8_0: { elements: 32, group: 32, bytes: 34, parse: parseQ8 },
  Q2_K: { elements: LARGE, group: 16, bytes: 84, parse: parseQ2K },
  Q3_K: { elements: LARGE, group: 16, bytes: 110, parse: parseQ3K },
  Q4_K: { elements: LARGE, group: 32, bytes: 144, parse: parseQ4K },
  Q5_K: { elements: LARGE, group: 32, bytes: 176, parse: parseQ5K },
  Q6_K: { elements: LARGE, group: 16, bytes: 210, parse: parseQ6K },
  ...TABLE_BLOCKS,
  ...LATTICE_BLOCKS,
};

/** Values of whole blocks, or at each element the step between neighbouring values: the width of what is rounded to it. */
export function decodeBlocks(dtype: BlockType, bytes: Uint8Array, what: 'values' | 'steps'): Float64Array {
  const { elements, group, bytes: size, parse, width } = BLOCKS[dtype];
  const count = Math.floor(bytes.length / size);
  const out = new Float64Array(count * elements);
  for (let block = 0; block < count; block++) {
    parse(bytes, block * size);
    const start = block * elements;
    for (let i = 0; i < elements; i++) {
      const part = Math.floor(i / group);
      const scale = scales[part] ?? 0;
      const code = codes[i] ?? 0;
      out[start + i] =
        what === 'values'
          ? Math.fround(Math.fround(scale * code) + (offsets[part] ?? 0))
          : Math.abs(scale) * (width === undefined ? 1 : width(code));
    }
  }
  return out;
}
