import { describe, expect, test } from 'vitest';
import { headEntries } from '../../../src/core/charts/head-entries.js';
import { mapRows } from '../../../src/core/charts/map-layout.js';
import { moveAmongEntries } from '../../../webview/lib/entry-cursor.js';
import { entryCell, moveInMap } from '../../../webview/lib/map-cursor.js';
import { BY_MODE, ordered, reordered, shownRows, visibleWindow } from '../../../webview/lib/table-rows.js';
import { headOf, layersOf, madeHead, madeLayer } from '../core/charts/made-heads.js';

describe('arrows in the map', () => {
  const rows = mapRows(
    [
      ...layersOf([[0.1, 0.2, 0.3]]),
      madeLayer(1, [headOf(0.4, 0)]),
      ...layersOf([[], [], [0.5, 0.6, 0.7]]).slice(2),
      null,
    ],
    0,
    false,
  );

  test('go to the next layer and head', () => {
    expect(moveInMap(rows, { layer: 0, head: 0 }, 'ArrowDown')).toEqual({ layer: 0, head: 1 });
    expect(moveInMap(rows, { layer: 0, head: 1 }, 'ArrowUp')).toEqual({ layer: 0, head: 0 });
    expect(moveInMap(rows, { layer: 0, head: 0 }, 'ArrowRight')).toEqual({ layer: 1, head: 0 });
  });

  test('a layer with fewer heads gives its last one', () => {
    expect(moveInMap(rows, { layer: 0, head: 2 }, 'ArrowRight')).toEqual({ layer: 1, head: 0 });
  });

  test('stay inside, and out of layers that are not there yet', () => {
    expect(moveInMap(rows, { layer: 0, head: 0 }, 'ArrowUp')).toBeNull();
    expect(moveInMap(rows, { layer: 0, head: 0 }, 'ArrowLeft')).toBeNull();
    expect(moveInMap(rows, { layer: 2, head: 0 }, 'ArrowRight')).toBeNull();
    expect(moveInMap(rows, { layer: 0, head: 0 }, 'x')).toBeNull();
  });

  test('Home and End go to the first and the last layer that is there', () => {
    expect(moveInMap(rows, { layer: 2, head: 1 }, 'Home')).toEqual({ layer: 0, head: 1 });
    expect(moveInMap(rows, { layer: 0, head: 1 }, 'End')).toEqual({ layer: 2, head: 1 });
  });

  test('in a sorted map they follow the order on the screen', () => {
    const sorted = mapRows(layersOf([[0.1, 0.9, 0.5]]), 0, true);
    expect(moveInMap(sorted, { layer: 0, head: 1 }, 'ArrowDown')).toEqual({ layer: 0, head: 2 });
  });

  test('the keyboard starts at the selected cell, else at the first that is there', () => {
    expect(entryCell(rows, { layer: 2, head: 1 })).toEqual({ layer: 2, head: 1 });
    expect(entryCell(rows, { layer: 2, head: 8 })).toEqual({ layer: 0, head: 0 });
    expect(entryCell(mapRows([null, null], 3, false), null)).toBeNull();
  });
});

const entries = headEntries(
  madeHead({ sigma: [4, 3, 2, 1, 0], cos: [0.1, -0.9, 0.5, 0.2, NaN], blocks: [[1, 2]] }),
  0.1,
);

describe('the cursor among entries', () => {
  test('steps over a block at once and stops at the ends', () => {
    expect(moveAmongEntries(entries, 0, 'ArrowRight')?.first).toBe(1);
    expect(moveAmongEntries(entries, 1, 'ArrowDown')?.first).toBe(3);
    expect(moveAmongEntries(entries, 0, 'ArrowLeft')?.first).toBe(0);
    expect(moveAmongEntries(entries, 4, 'ArrowRight')?.first).toBe(4);
    expect(moveAmongEntries(entries, 1, 'End')?.first).toBe(4);
    expect(moveAmongEntries(entries, 1, 'a')).toBeNull();
  });
});

describe('rows of the table', () => {
  test('are ordered by a column, those without a figure last', () => {
    const byCos = ordered(entries, { column: 'cos', descending: true });
    expect(byCos.map(({ first }) => first)).toEqual([3, 0, 1, 4]);
    expect(ordered(entries, { column: 'cos', descending: false }).map(({ first }) => first)).toEqual([1, 0, 3, 4]);
    expect(ordered(byCos, BY_MODE).map(({ first }) => first)).toEqual([0, 1, 3, 4]);
  });

  test('a header sorts from the largest, and again the other way round', () => {
    const once = reordered(BY_MODE, 'cos');
    expect(once).toEqual({ column: 'cos', descending: true });
    expect(reordered(once, 'cos')).toEqual({ column: 'cos', descending: false });
  });

  test('the selected one is always among them', () => {
    expect(shownRows(entries, 4, 2)).toMatchObject({ apart: true, hidden: 2 });
    expect(shownRows(entries, 4, 2).rows.map(({ first }) => first)).toEqual([0, 4]);
    expect(shownRows(entries, 1, 2)).toMatchObject({ apart: false, hidden: 2 });
    expect(shownRows(entries, 4, 9)).toMatchObject({ apart: false, hidden: 0 });
  });

  test('of a long table only those in sight are drawn', () => {
    expect(visibleWindow(500, 22, 0, 240)).toEqual({ start: 0, end: 21 });
    expect(visibleWindow(500, 22, 2200, 240)).toEqual({ start: 90, end: 121 });
    expect(visibleWindow(500, 22, 11_000, 240).end).toBe(500);
  });
});
