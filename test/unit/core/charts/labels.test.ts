import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { spread } from '../../../../src/core/charts/labels.js';

const places = fc.array(fc.double({ min: 0, max: 200, noNaN: true }), { maxLength: 8 });

describe('labels of one column', () => {
  test('never touch, and keep their order', () => {
    fc.assert(
      fc.property(places, (wanted) => {
        const moved = spread(wanted, 13);
        const order = wanted.map((place, index) => ({ place, index })).sort((one, other) => one.place - other.place);
        const sorted = order.map(({ index }) => moved[index] ?? 0);
        sorted.slice(1).forEach((place, index) => {
          expect(place - (sorted[index] ?? 0)).toBeGreaterThanOrEqual(13 - 1e-9);
        });
      }),
    );
  });

  test('stay where they are when there is room, and part evenly when not', () => {
    expect(spread([10, 60], 13)).toEqual([10, 60]);
    expect(spread([50, 50], 10)).toEqual([45, 55]);
  });
});
