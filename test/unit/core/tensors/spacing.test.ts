import { describe, expect, it } from 'vitest';
import { DTYPES, isDType, type DType } from '../../../../src/core/tensors/dtype.js';
import { spacing } from '../../../../src/core/tensors/spacing.js';
import { widen } from '../../../../src/core/tensors/widen.js';

const NARROW: readonly DType[] = ['F16', 'BF16', 'F8_E4M3', 'F8_E5M2', 'F8_E4M3FNUZ', 'F8_E5M2FNUZ', 'F8_E8M0'];

/** All finite values of a type that are not negative, in order. */
function values(dtype: DType): number[] {
  const codes = Uint32Array.from({ length: 2 ** (8 * DTYPES[dtype].bytes) }, (_, code) => code);
  const bytes = DTYPES[dtype].bytes === 1 ? Uint8Array.from(codes) : new Uint8Array(Uint16Array.from(codes).buffer);
  const all = [...widen(dtype, bytes)].filter((value) => Number.isFinite(value) && value >= 0);
  return [...new Set(all.map((value) => (value === 0 ? 0 : value)))].sort((a, b) => a - b);
}

describe('spacing', () => {
  it.each(NARROW)('%s: the distance to the next number, at every number and between them', (dtype) => {
    const all = values(dtype);
    expect(all.length).toBeGreaterThan(100);
    for (let i = 0; i + 1 < all.length; i++) {
      const [here = 0, next = 0] = [all[i], all[i + 1]];
      const between = here + (next - here) * 0.6;
      const found = [spacing(dtype, here), spacing(dtype, -between)];
      if (found.some((distance) => distance !== next - here)) expect(found).toEqual([next - here, next - here]);
    }
  });

  it.each([
    ['F32', 1, 2 ** -23],
    ['F32', -0.75, 2 ** -24],
    ['F32', 0, 2 ** -149],
    ['F32', 2 ** -140, 2 ** -149],
    ['F64', 1, 2 ** -52],
    ['F64', 1.5e300, 2 ** (997 - 52)],
    ['F64', 0, 2 ** -1074],
    ['F64', 2 ** -1060, 2 ** -1074],
    ['F16', 65_504, 32],
    ['F16', 2 ** -20, 2 ** -24],
    ['C64', 1, 2 ** -23],
    ['C128', 1, 2 ** -52],
    ['I8', 3, 1],
    ['BOOL', 1, 1],
  ])('%s at %d is %d', (dtype, value, expected) => {
    if (!isDType(dtype)) expect.fail(`${dtype} is no type`);
    expect(spacing(dtype, value)).toBe(expected);
  });

  it('has none for infinity and NaN', () => {
    expect([spacing('F16', NaN), spacing('F32', Infinity)]).toEqual([NaN, NaN]);
  });
});
