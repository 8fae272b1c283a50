import { array, parse, record, string } from 'valibot';
import { describe, expect, it } from 'vitest';
import { DTYPES, isDType, type DType } from '../../../../src/core/tensors/dtype.js';
import { widen } from '../../../../src/core/tensors/widen.js';
import { fixtureJson } from '../../support/fixtures.js';

/** What PyTorch makes of the bits: all codes of the types of one byte, every 256th of those of two. */
const torchValues = parse(record(string(), array(string())), fixtureJson('torch-files/narrow-types.json'));

function parsePython(value: string): number {
  return value === 'inf' ? Infinity : value === '-inf' ? -Infinity : Number(value);
}

/** All 65,536 codes of a type of two bytes, in order. */
const CODES_16 = new Uint8Array(Uint16Array.from({ length: 65_536 }, (_, code) => code).buffer);
const CODES_8 = Uint8Array.from({ length: 256 }, (_, code) => code);

/** IEEE 754 binary16, from the definition. */
function half(code: number): number {
  const sign = code & 0x8000 ? -1 : 1;
  const exponent = (code >> 10) & 31;
  const fraction = (code & 1023) / 1024;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -14 : sign * (1 + fraction) * 2 ** (exponent - 15);
}

/** The upper half of a binary32. */
function bfloat16(code: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint16(0, code);
  return view.getFloat32(0);
}

/** Numbers of a type as their bytes. */
const SAMPLES: readonly (readonly [DType, { readonly buffer: ArrayBuffer }, readonly number[]])[] = [
  ['F64', Float64Array.of(0.1, -1e300, NaN), [0.1, -1e300, NaN]],
  ['F32', Float32Array.of(0.5, -3, Infinity), [0.5, -3, Infinity]],
  ['I64', BigInt64Array.of(-1n, 2n ** 53n, -(2n ** 63n)), [-1, 2 ** 53, -(2 ** 63)]],
  ['U64', BigUint64Array.of(1n, 2n ** 64n - 1n), [1, 2 ** 64]],
  ['I32', Int32Array.of(-5, 2 ** 31 - 1), [-5, 2 ** 31 - 1]],
  ['U32', Uint32Array.of(5, 2 ** 32 - 1), [5, 2 ** 32 - 1]],
  ['I16', Int16Array.of(-32_768, 3), [-32_768, 3]],
  ['U16', Uint16Array.of(65_535, 3), [65_535, 3]],
  ['I8', Int8Array.of(-128, 127), [-128, 127]],
  ['U8', Uint8Array.of(255, 1), [255, 1]],
  ['BOOL', Uint8Array.of(0, 1), [0, 1]],
];

describe('widen', () => {
  it.each(Object.entries(torchValues))('%s: the values that PyTorch has', (name, expected) => {
    if (!isDType(name)) expect.fail(`${name} is no type`);
    const all = widen(name, DTYPES[name].bytes === 1 ? CODES_8 : CODES_16);
    const step = all.length / expected.length;
    expect(expected.map((_, index) => all[index * step])).toEqual(expected.map(parsePython));
  });

  it('float16: all 65,536 codes, subnormal numbers and signed zeros included', () => {
    const values = widen('F16', CODES_16);
    for (let code = 0; code < 65_536; code++) if (!Object.is(values[code], half(code))) expect.fail(String(code));
  });

  it.each([0, 1, 2, 3])('float16: all finite codes, %i of them left out, out of the middle of a file', (fewer) => {
    const codes = Array.from({ length: 65_536 }, (_, code) => code).filter((code) => Number.isFinite(half(code)));
    const wanted = codes.slice(fewer);
    const file = new Uint8Array(1 + 2 * wanted.length);
    file.set(new Uint8Array(Uint16Array.from(wanted).buffer), 1);
    const values = widen('F16', file.subarray(1));
    expect(values).toHaveLength(wanted.length);
    for (const [at, code] of wanted.entries()) if (!Object.is(values[at], half(code))) expect.fail(String(code));
  });

  it('bfloat16: all 65,536 codes', () => {
    const values = widen('BF16', CODES_16);
    for (let code = 0; code < 65_536; code++) if (!Object.is(values[code], bfloat16(code))) expect.fail(String(code));
  });

  it.each(SAMPLES)('%s: every value, exactly', (dtype, { buffer }, expected) => {
    expect([...widen(dtype, new Uint8Array(buffer))]).toEqual(expected);
  });

  it.each([
    ...SAMPLES,
    ['F16', Uint16Array.of(0x3c00, 0x0001), [1, 2 ** -24]],
    ['BF16', Uint16Array.of(0x3f80), [1]],
  ] as const)('%s: from any place in a buffer, and not from its start', (dtype, { buffer }, expected) => {
    for (const lead of [1, 2, 3, 4, 8]) {
      const longer = new Uint8Array(lead + buffer.byteLength + 5).fill(0x55);
      longer.set(new Uint8Array(buffer), lead);
      expect([...widen(dtype, longer.subarray(lead, lead + buffer.byteLength))]).toEqual(expected);
    }
  });

  it('has no float64 value for complex numbers', () => {
    expect(() => widen('C64', new Uint8Array(8))).toThrow(/complex/);
  });
});
