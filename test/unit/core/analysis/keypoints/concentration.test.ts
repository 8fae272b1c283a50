import { describe, expect, it } from 'vitest';
import { concentration, CONCENTRATIONS, groups } from '../../../../../src/core/analysis/keypoints/concentration.js';
import { erf } from '../../../../../src/core/analysis/keypoints/erf.js';
import { type Keypoint, toKeypoints } from '../../../../../src/core/image/sift/keypoints.js';
import { expectWithin, NO_KEYPOINTS, siftGolden } from './reference.js';

const PICTURES = ['astronaut', 'brick', 'camera', 'chelsea', 'coffee', 'hubble', 'o3_colour', 'rocket'];
const cases = PICTURES.flatMap((name) => ['14', '16'].map((patch) => [name, patch] as const));

const point = (fields: Partial<Keypoint>): Keypoint => ({
  x: 0,
  y: 0,
  size: 4,
  angle: 0,
  response: 0.1,
  octave: 0,
  ...fields,
});

describe('erf', () => {
  it('is that of the tables', () => {
    // math.erf of Python.
    const known = [
      [0, 0],
      [1e-9, 1.1283791670955127e-9],
      [0.5, 0.5204998778130465],
      [1, 0.8427007929497149],
      [2.4999, 0.9995928300996666],
      [2.5, 0.999593047982555],
      [3.3, 0.9999969422902035],
      [5.9, 1],
    ] as const;
    for (const [x, value] of known) {
      expect(erf(x)).toBeCloseTo(value, 14);
      expect(erf(-x)).toBeCloseTo(-value, 14);
    }
    expect([erf(Infinity), erf(-Infinity), erf(NaN)]).toEqual([1, -1, NaN]);
  });
});

describe('concentration', () => {
  it.each(cases)("of OpenCV's keypoints agrees with numpy: %s, patches of %s", (name, patch) => {
    const { keypoints, patches } = siftGolden(name);
    const golden = patches[patch];
    if (golden === undefined) throw new Error('no golden');
    const { grid } = golden;
    for (const kind of CONCENTRATIONS) {
      const { values } = concentration(keypoints, [grid, grid], Number(patch), kind);
      const largest = Math.max(...golden[kind]);
      // Positions are held as float32, which moves a far tail of a Gaussian by more than its eighth digit.
      golden[kind].forEach((expected, at) => {
        expect(Math.abs((values[at] ?? NaN) - expected)).toBeLessThanOrEqual(1e-6 * expected + 1e-9 * largest);
      });
      if (kind === 'scale') expect(Array.from(groups(values))).toEqual(golden.group_by_scale);
    }
  });

  it('keeps all of the response, on any grid, and at its edges', () => {
    const keypoints = toKeypoints([point({ x: 3, y: 4, size: 30 }), point({ x: 49.9, y: 0, response: 0.3 })]);
    for (const kind of ['scale', 'response'] as const) {
      const { values } = concentration(keypoints, [2, 5], 10, kind);
      expectWithin(
        values.reduce((sum, value) => sum + value, 0),
        0.4,
        1e-6,
      );
    }
    expect(Array.from(concentration(keypoints, [2, 5], 10, 'count').values)).toEqual([1, 0, 0, 0, 1, 0, 0, 0, 0, 0]);
  });

  it('counts a place beyond the grid for the nearest patch, however small it is', () => {
    const keypoints = toKeypoints([point({ x: 500, y: -3, size: 1e-3 })]);
    for (const kind of CONCENTRATIONS) {
      const { values } = concentration(keypoints, [1, 3], 10, kind);
      expect(values.findIndex((value) => value > 0)).toBe(2);
    }
  });

  it('counts keypoints that differ in angle only once', () => {
    const keypoints = toKeypoints([point({ angle: 10 }), point({ angle: 90 }), point({ size: 5 })]);
    expect(concentration(keypoints, [1, 1], 10, 'count')).toMatchObject({ places: 2, values: Float64Array.of(2) });
  });

  it('is nothing everywhere without keypoints, and so are the groups', () => {
    const { values, places } = concentration(NO_KEYPOINTS, [2, 2], 16, 'scale');
    expect([places, ...values]).toEqual([0, 0, 0, 0, 0]);
    expect(Array.from(groups(values))).toEqual([0, 0, 0, 0]);
  });

  it('puts equal patches into one group', () => {
    expect(Array.from(groups(Float64Array.of(2, 2, 2, 0)))).toEqual([1, 1, 1, 0]);
    expect(Array.from(groups(Float64Array.of(0, 1, 2, 3)))).toEqual([0, 1, 2, 3]);
  });
});
