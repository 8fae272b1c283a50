import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { beeswarm } from '../../../../src/core/charts/beeswarm.js';

const RADIUS = 3.4;
const heights = fc.array(fc.double({ min: 0, max: 160, noNaN: true }), { maxLength: 24 });

function closest(ys: readonly number[], xs: readonly number[]): number {
  let least = Infinity;
  ys.forEach((y, one) => {
    for (let other = one + 1; other < ys.length; other += 1) {
      least = Math.min(least, Math.hypot((xs[one] ?? 0) - (xs[other] ?? 0), y - (ys[other] ?? 0)));
    }
  });
  return least;
}

describe('the beeswarm', () => {
  test('dots do not overlap while the column has room', () => {
    fc.assert(
      fc.property(heights, (ys) => {
        expect(closest(ys, beeswarm(ys, RADIUS, 1000))).toBeGreaterThanOrEqual(2 * RADIUS);
      }),
    );
  });

  test('no dot leaves its column, however full it is', () => {
    fc.assert(
      fc.property(heights, fc.double({ min: 0, max: 20, noNaN: true }), (ys, reach) => {
        const xs = beeswarm(ys, RADIUS, reach);
        expect(xs).toHaveLength(ys.length);
        for (const x of xs) expect(Math.abs(x)).toBeLessThanOrEqual(reach);
      }),
    );
  });

  test('a dot alone stays in the middle', () => {
    expect(beeswarm([10, 40, 90], RADIUS, 20)).toEqual([0, 0, 0]);
  });
});
