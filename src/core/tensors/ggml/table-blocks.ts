import { FLOAT_LAYOUTS, decodeFloat } from '../float-layout.js';
import { type BlockLayout, codes, half, LARGE, nibble, offsets, scales, u16 } from './block-layout.js';

/** What the four bits of the IQ4 types stand for. */
const IQ4 = [-127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113];
/** Four bits as they are, and as numbers with a sign. */
const UNSIGNED = Array.from({ length: 16 }, (_, code) => code);
const SIGNED = UNSIGNED.map((code) => (code < 8 ? code : code - 16));

/** Twice what four bits with an exponent of two stand for: e2m1 of OCP "Microscaling" 1.0. */
const E2M1 = [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12];

/** Width of what is rounded to each of the codes: from half-way to the one below to half-way to the one above. */
function widths(table: readonly number[]): BlockLayout['width'] {
  const sorted = [...new Set(table)].sort((a, b) => a - b);
  const found = sorted.map((code, place): [number, number] => {
    const below = sorted[place - 1];
    const above = sorted[place + 1];
    return [
      code,
      below === undefined || above === undefined ? Math.abs((below ?? above ?? code) - code) : (above - below) / 2,
    ];
  });
  const byCode = new Map(found);
  return (code) => byCode.get(code) ?? 1;
}

/** Codes of a group: the lower four bits of its bytes, then the upper. */
function putTable(bytes: Uint8Array, at: number, first: number, count: number, table: readonly number[]): void {
  const half = count / 2;
  for (let i = 0; i < count; i++) codes[first + i] = table[nibble(bytes, at + (i % half), i < half ? 0 : 1)] ?? 0;
}

function parseIQ4NL(bytes: Uint8Array, at: number): void {
  scales[0] = half(bytes, at);
  offsets[0] = 0;
  putTable(bytes, at + 2, 0, 32, IQ4);
}

function parseIQ4XS(bytes: Uint8Array, at: number): void {
  const scale = half(bytes, at);
  const high = u16(bytes, at + 2);
  for (let part = 0; part < 8; part++) {
    const own = nibble(bytes, at + 4 + (part >> 1), part & 1) | (((high >> (2 * part)) & 3) << 4);
    scales[part] = Math.fround(scale * (own - 32));
    offsets[part] = 0;
    putTable(bytes, at + 8 + 16 * part, 32 * part, 32, IQ4);
  }
}

/** One exponent for the block; its half, since the codes are doubled. */
function parseMXFP4(bytes: Uint8Array, at: number): void {
  scales[0] = 2 ** ((bytes[at] ?? 0) - 128);
  offsets[0] = 0;
  putTable(bytes, at + 1, 0, 32, E2M1);
}

const E4M3 = FLOAT_LAYOUTS.F8_E4M3;

/** A scale of eight bits without a sign, halved, since the codes are doubled; what would be NaN is zero, as in ggml. */
function scaleOf(byte: number): number {
  const isTop = (byte & 0x7f) === 0x7f;
  if (E4M3 === undefined || byte === 0x7f) return 0;
  // With the sign set, the highest bits mean a number in ggml.
  return isTop ? 240 : decodeFloat(E4M3, byte & 0x7f) / 2;
}

function parseNVFP4(bytes: Uint8Array, at: number): void {
  for (let part = 0; part < 4; part++) {
    scales[part] = scaleOf(bytes[at + part] ?? 0);
    offsets[part] = 0;
    putTable(bytes, at + 4 + 8 * part, 16 * part, 16, E2M1);
  }
}

/** Digits of three values, of which a byte holds five: `digit` of them, shifted to the top by a power of three. */
function ternary(byte: number, digit: number): number {
  return ((((byte * 3 ** digit) & 255) * 3) >> 8) - 1;
}

function parseTQ1(bytes: Uint8Array, at: number): void {
  scales[0] = half(bytes, at + 52);
  offsets[0] = 0;
  for (let i = 0; i < 160; i++) codes[i] = ternary(bytes[at + (i & 31)] ?? 0, i >> 5);
  for (let i = 0; i < 80; i++) codes[160 + i] = ternary(bytes[at + 32 + (i & 15)] ?? 0, i >> 4);
  for (let i = 0; i < 16; i++) codes[240 + i] = ternary(bytes[at + 48 + (i & 3)] ?? 0, i >> 2);
}

function parseTQ2(bytes: Uint8Array, at: number): void {
  scales[0] = half(bytes, at + 64);
  offsets[0] = 0;
  for (let i = 0; i < LARGE; i++) {
    const byte = bytes[at + (i >> 7) * 32 + (i & 31)] ?? 0;
    codes[i] = ((byte >> (2 * ((i >> 5) & 3))) & 3) - 1;
  }
}

/** Elements of four bits of ONNX, the lower first, without scales. @param scale of the table. */
function parsePair(table: readonly number[], scale: number): BlockLayout['parse'] {
  return (bytes, at) => {
    scales[0] = scale;
    offsets[0] = 0;
    for (let i = 0; i < 2; i++) codes[i] = table[nibble(bytes, at, i)] ?? 0;
  };
}

/** Elements of two bits of ONNX, the lowest first, without scales. */
function parseQuarter(isSigned: boolean): BlockLayout['parse'] {
  return (bytes, at) => {
    scales[0] = 1;
    offsets[0] = 0;
    for (let i = 0; i < 4; i++) {
      const code = ((bytes[at] ?? 0) >> (2 * i)) & 3;
      codes[i] = isSigned && code > 1 ? code - 4 : code;
    }
  };
}

function withTable(table: readonly number[]): Pick<BlockLayout, 'width'> {
  const width = widths(table);
  return width === undefined ? {} : { width };
}

/** Types whose codes stand in a table, those of three values, and numbers of less than a byte. */
export const TABLE_BLOCKS = {
  IQ4_NL: { elements: 32, group: 32, bytes: 18, parse: parseIQ4NL, ...withTable(IQ4) },
  IQ4_XS: { elements: LARGE, group: 32, bytes: 136, parse: parseIQ4XS, ...withTable(IQ4) },
  MXFP4: { elements: 32, group: 32, bytes: 17, parse: parseMXFP4, ...withTable(E2M1) },
  NVFP4: { elements: 64, group: 16, bytes: 36, parse: parseNVFP4, ...withTable(E2M1) },
  U2: { elements: 4, group: 4, bytes: 1, parse: parseQuarter(false) },
  I2: { elements: 4, group: 4, bytes: 1, parse: parseQuarter(true) },
  U4: { elements: 2, group: 2, bytes: 1, parse: parsePair(UNSIGNED, 1) },
  I4: { elements: 2, group: 2, bytes: 1, parse: parsePair(SIGNED, 1) },
  F4_E2M1: { elements: 2, group: 2, bytes: 1, parse: parsePair(E2M1, 0.5), ...withTable(E2M1) },
  TQ1_0: { elements: LARGE, group: LARGE, bytes: 54, parse: parseTQ1 },
  TQ2_0: { elements: LARGE, group: LARGE, bytes: 66, parse: parseTQ2 },
};
