import { describe, expect, test } from 'vitest';
import { paintAttention } from '../../../../../src/core/image/overlay/attention.js';
import { overlayScale, paintModes } from '../../../../../src/core/image/overlay/modes.js';

const gray = { width: 4, height: 1, data: Uint8Array.of(100, 100, 100, 200) };
const row = (...values: number[]) => ({ rows: 1, columns: values.length, values: Float64Array.from(values) });

describe('paintModes', () => {
  const overlay = { query: row(2, 0, 2, -2), key: row(0, 2, 2, -2), end: 1, scale: { low: 0, high: 2 } } as const;

  test('query is red, key is cyan, both are white, neither is the dim picture', () => {
    const { data } = paintModes(gray, overlay, 'patches');
    expect([...data]).toEqual([170, 34, 34, 255, 34, 170, 170, 255, 170, 170, 170, 255, 68, 68, 68, 255]);
  });

  test('the negative end shows what the positive one leaves out', () => {
    const { data } = paintModes(gray, { ...overlay, end: -1 }, 'patches');
    expect([...data.subarray(0, 3)]).toEqual([34, 34, 34]);
    expect([...data.subarray(12, 15)]).toEqual([255, 255, 255]);
  });

  test('half of the scale is drawn stronger than half, and one map alone leaves the other colour dim', () => {
    const { data } = paintModes(gray, { ...overlay, query: row(1, 1, 1, 1), key: null }, 'patches');
    const strength = 0.5 ** 0.75;
    expect(data[0]).toBe(Math.round(100 * (0.34 + 0.66 * strength) + 70 * strength));
    expect(data[1]).toBe(34);
  });

  test('maps without any extent leave the dim picture', () => {
    const flat = { query: row(0, 0, 0, 0), key: row(0, 0, 0, 0), end: 1, scale: { low: 0, high: 0 } } as const;
    expect([...paintModes(gray, flat, 'smooth').data.subarray(0, 4)]).toEqual([34, 34, 34, 255]);
  });
});

describe('overlayScale', () => {
  test('of a mode goes from 0 to the largest magnitude of both maps', () => {
    expect(overlayScale([row(1, -3), row(2, 0.5)], false)).toEqual({ low: 0, high: 3 });
  });

  test('of a block goes from the smallest length to the largest', () => {
    expect(overlayScale([row(1.5, 3), row(2, 4)], true)).toEqual({ low: 1.5, high: 4 });
  });
});

describe('paintAttention', () => {
  test('is the dimmed picture where there is none, yellow at the largest, with the square root between', () => {
    const { data } = paintAttention(gray, row(0, 0.01, 0.04, 0.08), 0.04, 'patches');
    const at = (own: number, heat: number) => [
      Math.round(own + (255 - own) * heat * 0.96),
      Math.round(own + (214 - own) * heat * 0.94),
      Math.round(own + (96 - own) * heat * 0.8),
      255,
    ];
    expect([...data]).toEqual([...at(36, 0), ...at(36, 0.5), ...at(36, 1), ...at(72, 1)]);
  });
});
