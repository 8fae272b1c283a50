import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { axisColumns, columnCentre, columnsEnd, layerAt } from '../../../../src/core/charts/axis-columns.js';

const width = fc.integer({ min: 160, max: 2400 });
const count = fc.integer({ min: 1, max: 120 });

describe('the axis of layers', () => {
  test('columns fill the room between the gutters, or scroll at 9 pixels', () => {
    fc.assert(
      fc.property(width, count, (available, layers) => {
        const columns = axisColumns(available, layers);
        if (columns.scrolls) {
          expect(columns.step).toBe(9);
          expect(columns.width).toBeGreaterThan(available);
        } else {
          expect(columns.width).toBe(available);
          expect(columnsEnd(columns)).toBeLessThanOrEqual(available - columns.right + 1e-9);
        }
        expect(columns.cell).toBeGreaterThan(0);
      }),
    );
  });

  test('the centre of a column lies in that column', () => {
    fc.assert(
      fc.property(width, count, (available, layers) => {
        const columns = axisColumns(available, layers);
        for (let layer = 0; layer < layers; layer += 1) {
          expect(layerAt(columns, columnCentre(columns, layer))).toBe(layer);
        }
      }),
    );
  });

  test('outside of the columns there is no layer', () => {
    const columns = axisColumns(550, 12);
    expect(layerAt(columns, columns.left - 5)).toBeNull();
    expect(layerAt(columns, columnsEnd(columns) + 5)).toBeNull();
  });

  test('twelve layers have numbers in their cells even beside code', () => {
    expect(axisColumns(388, 12).cell).toBeGreaterThanOrEqual(22);
  });
});
