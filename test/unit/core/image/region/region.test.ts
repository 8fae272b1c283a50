import { describe, expect, test } from 'vitest';
import { growRegion } from '../../../../../src/core/image/region/grow.js';
import { labOf } from '../../../../../src/core/image/region/lab.js';
import { paintRegion, type PaintedLabels } from '../../../../../src/core/image/region/label-map.js';
import { paintPolygon, paintRectangle, paintStroke } from '../../../../../src/core/image/region/shapes.js';

function blank(width: number, height: number): PaintedLabels {
  return { width, height, labels: new Uint8Array(width * height) };
}

/** The labels as rows of digits. */
function rows({ width, labels }: PaintedLabels): string[] {
  return Array.from({ length: labels.length / width }, (_, y) => labels.slice(y * width, (y + 1) * width).join(''));
}

describe('shapes', () => {
  test('a rectangle covers the pixels whose middles lie in it, whichever corner came first', () => {
    const map = blank(5, 3);
    paintRectangle(map, { x: 4, y: 2.6 }, { x: 1, y: 0.4 }, 2);
    expect(rows(map)).toEqual(['02220', '02220', '02220']);
    paintRectangle(map, { x: -9, y: -9 }, { x: 99, y: 0.5 }, 1);
    expect(rows(map)).toEqual(['11111', '02220', '02220']);
    paintRectangle(map, { x: 2.1, y: 1.1 }, { x: 2.2, y: 1.2 }, 3);
    expect(rows(map)[1]).toBe('02220');
  });

  test('a stroke is round at its ends, and at least one pixel wide', () => {
    const map = blank(7, 5);
    paintStroke(map, { x: 2.5, y: 2.5 }, { x: 4.5, y: 2.5 }, 1.5, 1);
    expect(rows(map)).toEqual(['0000000', '0111110', '0111110', '0111110', '0000000']);
    const thin = blank(3, 3);
    paintStroke(thin, { x: 1.4, y: 1.6 }, { x: 1.4, y: 1.6 }, 0, 1);
    expect(rows(thin)).toEqual(['000', '010', '000']);
    const outside = blank(3, 3);
    paintStroke(outside, { x: -50, y: 1 }, { x: -40, y: 1 }, 5, 1);
    expect(rows(outside)).toEqual(['000', '000', '000']);
  });

  test('a polygon is filled, its crossings by the odd rule', () => {
    const triangle = blank(4, 4);
    const corners = [
      { x: 0, y: 0 },
      { x: 4, y: 4 },
      { x: 0, y: 4 },
    ];
    paintPolygon(triangle, corners, 1);
    expect(rows(triangle)).toEqual(['0000', '1000', '1100', '1110']);
    const twice = blank(2, 2);
    const square = [
      { x: 0, y: 0 },
      { x: 2, y: 0 },
      { x: 2, y: 2 },
      { x: 0, y: 2 },
    ];
    paintPolygon(twice, [...square, ...square], 1);
    expect(rows(twice)).toEqual(['00', '00']);
    paintPolygon(twice, square.slice(0, 2), 1);
    paintPolygon(twice, [], 1);
    expect(rows(twice)).toEqual(['00', '00']);
  });
});

describe('colours', () => {
  test('L*a*b* of known colours', () => {
    const pixels = Uint8Array.of(255, 255, 255, 255, 0, 0, 0, 0, 255, 0, 0, 0);
    const { values } = labOf({ width: 4, height: 1, pixels });
    const expected = [100, 0, 0, 53.24, 80.09, 67.2, 32.3, 79.19, -107.86, 0, 0, 0];
    values.forEach((value, i) => expect(value).toBeCloseTo(expected[i] ?? NaN, 1));
  });
});

describe('a region grown from a click', () => {
  const R = [200, 30, 30];
  const G = [30, 160, 40];
  const r = [190, 36, 30];
  const picture = (drawn: readonly (readonly number[][])[]): ReturnType<typeof labOf> =>
    labOf({ width: drawn[0]?.length ?? 0, height: drawn.length, pixels: Uint8Array.from(drawn.flat(2)) });
  const ring = picture([
    [G, G, G, G, G, G, G],
    [G, R, R, R, r, R, G],
    [G, R, G, G, G, R, G],
    [G, R, G, R, G, r, G],
    [G, R, G, G, G, R, G],
    [G, R, R, R, R, R, G],
    [G, G, G, G, G, G, R],
  ]);
  const grown = (x: number, y: number, tolerance: number): string[] => {
    const map = blank(7, 7);
    paintRegion(map, growRegion(ring, { x, y }, tolerance), 1);
    return rows(map);
  };

  test('takes what looks alike and hangs together, with its holes', () => {
    const whole = ['0000000', '0111110', '0111110', '0111110', '0111110', '0111110', '0000000'];
    expect(grown(1.5, 5.5, 60)).toEqual(whole);
    expect(grown(6.5, 6.9, 20)[6]).toMatch(/1$/);
  });

  test('the tolerance decides how alike', () => {
    expect(grown(0.2, 0.2, 200)).toEqual(new Array(7).fill('1111111'));
    expect(grown(3.5, 3.5, 0).join('').replaceAll('0', '')).toBe('1');
  });

  test('a place outside has no region', () => {
    for (const [x, y] of [
      [-1, 2],
      [2, 7],
      [NaN, 0],
    ] as const) {
      expect(growRegion(ring, { x, y }, 50).some(Boolean)).toBe(false);
    }
  });
});
