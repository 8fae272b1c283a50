import { type BlockLayout, codes, half, halfOf, LARGE, nibble, offsets, scales, u16 } from './block-layout.js';
import { PACKED_CODEBOOKS } from './packed-codebooks.js';

/** Magnitudes that several neighbours take together: one of `size` points of levels^span. */
interface Codebook {
  readonly points: () => Int8Array;
  /** Neighbours of a point. */
  readonly span: number;
}

function codebook(name: keyof typeof PACKED_CODEBOOKS, levels: readonly number[], span: number): Codebook {
  let points: Int8Array | null = null;
  const unpack = (): Int8Array => {
    const packed = PACKED_CODEBOOKS[name].join('');
    const [perDigit, bits] = levels.length > 4 ? [1, 4] : [2, 2];
    const out = new Int8Array(packed.length * perDigit);
    for (let byte = 0; 2 * byte < packed.length; byte++) {
      const value = Number.parseInt(packed.slice(2 * byte, 2 * byte + 2), 16);
      for (let i = 0; i < 2 * perDigit; i++) {
        // Of three bits, the fourth is empty.
        out[byte * 2 * perDigit + i] = levels[(value >> (i * bits)) & (bits === 4 ? 7 : 3)] ?? 0;
      }
    }
    return out;
  };
  return { span, points: () => (points ??= unpack()) };
}

const THREE = [8, 25, 43];
const IQ2_XXS = codebook('IQ2_XXS', THREE, 8);
const IQ2_XS = codebook('IQ2_XS', THREE, 8);
const IQ2_S = codebook('IQ2_S', THREE, 8);
const IQ3_XXS = codebook('IQ3_XXS', [4, 12, 20, 28, 36, 44, 52, 62], 4);
const IQ3_S = codebook('IQ3_S', [1, 3, 5, 7, 9, 11, 13, 15], 4);
const IQ1 = codebook('IQ1', [-1, 0, 1], 8);

/**
 * Mean width of what is rounded to a point, along each axis: that of a cube as large as the room around a point.
 * @param spacing of the levels. @param levels of each element with its sign. @param points that eight elements take.
 */
function meanWidth(spacing: number, levels: number, points: number): BlockLayout['width'] {
  const width = spacing * (levels ** 8 / points) ** (1 / 8);
  return () => width;
}

/** Seven signs, and an eighth that makes their number even. */
function evenSigns(seven: number): number {
  let parity = seven;
  parity ^= parity >> 4;
  parity ^= parity >> 2;
  parity ^= parity >> 1;
  return seven | ((parity & 1) << 7);
}

/** Eight codes from element `at` on: magnitudes of one point or two, and a bit of sign for each. */
function putSigned({ points, span }: Codebook, at: number, first: number, second: number, signs: number): void {
  const table = points();
  for (let i = 0; i < 8; i++) {
    const magnitude = table[(i < span ? first : second) * span + (i % span)] ?? 0;
    codes[at + i] = ((signs >> i) & 1) === 0 ? magnitude : -magnitude;
  }
}

/** Signs of eight elements out of four times seven bits. */
function signsOf(bits: number, group: number): number {
  return evenSigns((bits >>> (7 * group)) & 127);
}

function u32(bytes: Uint8Array, at: number): number {
  return (u16(bytes, at) | (u16(bytes, at + 2) << 16)) >>> 0;
}

function parseIQ2XXS(bytes: Uint8Array, at: number): void {
  const scale = half(bytes, at);
  for (let part = 0; part < 8; part++) {
    const place = at + 2 + 8 * part;
    const bits = u32(bytes, place + 4);
    scales[part] = Math.fround(scale * (0.5 + (bits >>> 28)) * 0.25);
    for (let j = 0; j < 4; j++) putSigned(IQ2_XXS, 32 * part + 8 * j, bytes[place + j] ?? 0, 0, signsOf(bits, j));
  }
}

function parseIQ2XS(bytes: Uint8Array, at: number): void {
  const scale = half(bytes, at);
  for (let part = 0; part < 16; part++) {
    scales[part] = Math.fround(scale * (0.5 + nibble(bytes, at + 66 + (part >> 1), part & 1)) * 0.25);
  }
  for (let j = 0; j < 32; j++) {
    const bits = u16(bytes, at + 2 + 2 * j);
    putSigned(IQ2_XS, 8 * j, bits & 511, 0, evenSigns(bits >> 9));
  }
}

function parseIQ2S(bytes: Uint8Array, at: number): void {
  const scale = half(bytes, at);
  for (let part = 0; part < 16; part++) {
    scales[part] = Math.fround(scale * (0.5 + nibble(bytes, at + 74 + (part >> 1), part & 1)) * 0.25);
  }
  for (let j = 0; j < 32; j++) {
    const high = ((bytes[at + 66 + (j >> 2)] ?? 0) >> (2 * (j & 3))) & 3;
    putSigned(IQ2_S, 8 * j, (bytes[at + 2 + j] ?? 0) | (high << 8), 0, bytes[at + 34 + j] ?? 0);
  }
}

function parseIQ3XXS(bytes: Uint8Array, at: number): void {
  const scale = half(bytes, at);
  for (let part = 0; part < 8; part++) {
    const bits = u32(bytes, at + 66 + 4 * part);
    scales[part] = Math.fround(scale * (0.5 + (bits >>> 28)) * 0.5);
    for (let j = 0; j < 4; j++) {
      const place = at + 2 + 8 * part + 2 * j;
      putSigned(IQ3_XXS, 32 * part + 8 * j, bytes[place] ?? 0, bytes[place + 1] ?? 0, signsOf(bits, j));
    }
  }
}

function parseIQ3S(bytes: Uint8Array, at: number): void {
  const scale = half(bytes, at);
  for (let part = 0; part < 8; part++) {
    scales[part] = Math.fround(scale * (1 + 2 * nibble(bytes, at + 106 + (part >> 1), part & 1)));
  }
  const point = (j: number): number => {
    const high = ((bytes[at + 66 + (j >> 3)] ?? 0) >> (j & 7)) & 1;
    return (bytes[at + 2 + j] ?? 0) | (high << 8);
  };
  for (let j = 0; j < 32; j++) putSigned(IQ3_S, 8 * j, point(2 * j), point(2 * j + 1), bytes[at + 74 + j] ?? 0);
}

/** Eight codes in eighths of the scale: -1, 0 or 1, all moved by an eighth. */
function putShifted(at: number, point: number, shift: number): void {
  const table = IQ1.points();
  for (let i = 0; i < 8; i++) codes[at + i] = 8 * (table[8 * point + i] ?? 0) + shift;
}

function parseIQ1S(bytes: Uint8Array, at: number): void {
  const scale = half(bytes, at);
  for (let part = 0; part < 8; part++) {
    const high = u16(bytes, at + 34 + 2 * part);
    scales[part] = (scale * (2 * ((high >> 12) & 7) + 1)) / 8;
    const shift = (high & 0x8000) === 0 ? 1 : -1;
    for (let j = 0; j < 4; j++) {
      putShifted(32 * part + 8 * j, (bytes[at + 2 + 4 * part + j] ?? 0) | (((high >> (3 * j)) & 7) << 8), shift);
    }
  }
}

function parseIQ1M(bytes: Uint8Array, at: number): void {
  const packed = [0, 2, 4, 6].map((place) => u16(bytes, at + 48 + place));
  // The scale of the block lies in the upper bits of four numbers.
  const scale = halfOf(packed.reduce((bits, value, place) => bits | ((value >> 12) << (4 * place)), 0));
  for (let part = 0; part < 16; part++) {
    scales[part] = (scale * (2 * (((packed[part >> 2] ?? 0) >> (3 * (part & 3))) & 7) + 1)) / 8;
  }
  for (let j = 0; j < 32; j++) {
    const high = nibble(bytes, at + 32 + (j >> 1), j & 1);
    putShifted(8 * j, (bytes[at + j] ?? 0) | ((high & 7) << 8), (high & 8) === 0 ? 1 : -1);
  }
}

/** A layout without offsets. */
function lattice(group: number, bytes: number, parse: BlockLayout['parse'], width: BlockLayout['width']): BlockLayout {
  const withoutOffsets: BlockLayout['parse'] = (block, at) => {
    offsets.fill(0);
    parse(block, at);
  };
  return { elements: LARGE, group, bytes, parse: withoutOffsets, ...(width === undefined ? {} : { width }) };
}

/** Types whose codes are points of a lattice: one number for several neighbours. Levels have signs, of which seven or eight of eight are stored. */
export const LATTICE_BLOCKS = {
  IQ2_XXS: lattice(32, 66, parseIQ2XXS, meanWidth(17, 6, 256 * 2 ** 7)),
  IQ2_XS: lattice(16, 74, parseIQ2XS, meanWidth(17, 6, 512 * 2 ** 7)),
  IQ2_S: lattice(16, 82, parseIQ2S, meanWidth(17, 6, 1024 * 2 ** 8)),
  IQ3_XXS: lattice(32, 98, parseIQ3XXS, meanWidth(8, 16, 256 ** 2 * 2 ** 7)),
  IQ3_S: lattice(32, 110, parseIQ3S, meanWidth(2, 16, 512 ** 2 * 2 ** 8)),
  IQ1_S: lattice(32, 50, parseIQ1S, meanWidth(8, 3, 2048)),
  IQ1_M: lattice(16, 56, parseIQ1M, meanWidth(8, 3, 2048)),
};
