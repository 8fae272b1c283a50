import { describe, expect, test } from 'vitest';
import { FILE_THEMES } from '../../../../src/core/charts/chart-theme.js';
import {
  pickPreference,
  preferenceLayout,
  type PreferenceView,
} from '../../../../src/core/charts/preference-layout.js';
import { preferencePlot } from '../../../../src/core/charts/preference-plot.js';

const view: PreferenceView = {
  title: 'Queries on the object (51 patches)',
  lines: [
    { kind: 'same', words: 'same object', ratios: [1, 2, 6, null] },
    { kind: 'background', words: 'background', ratios: [1, 0.5, 0, 0.1] },
  ],
  band: [[0.5, 1.5], [0.6, 1.4], null, [0.5, 1.5]],
  heads: [
    { layer: 2, head: 0, ratio: 0.001 },
    { layer: 2, head: 1, ratio: 6 },
  ],
  depth: 4,
};
const layout = preferenceLayout(view, 500);

describe('the chart of preference', () => {
  test('has equal steps for equal factors, as far as the lines go', () => {
    expect([layout.low, layout.high]).toEqual([-4, 3]);
    expect(layout.y(1) - layout.y(2)).toBeCloseTo(layout.y(0.25) - layout.y(0.5), 9);
    expect(layout.x(3)).toBe(layout.right);
  });

  test('what lies beyond stands at the end: single heads do not press the lines together', () => {
    expect(layout.y(0)).toBe(layout.bottom);
    expect(layout.y(0.001)).toBe(layout.bottom);
    expect(layout.y(1e9)).toBe(layout.top);
  });

  test('an axis without figures still has its usual ends', () => {
    const empty = preferenceLayout({ ...view, lines: [], heads: [], depth: 1 }, 300);
    expect([empty.low, empty.high]).toEqual([-2, 2]);
    expect(empty.x(0)).toBe((empty.left + empty.right) / 2);
  });

  test('a changed model has a thin line with rings beside each line, and the axis reaches it', () => {
    const after = [1, 2.5, 40, null];
    const lines = view.lines.map((line) => (line.kind === 'same' ? { ...line, after } : line));
    const compared = { ...view, lines };
    const room = preferenceLayout(compared, 500);
    expect(room.high).toBe(6);
    const plot = preferencePlot(compared, room, null, FILE_THEMES.dark);
    const [area] = plot.areas;
    expect(area?.series.map(({ name }) => name)).toEqual(['same object', 'same object', 'background']);
    const rings = plot.before.filter((mark) => mark.kind === 'circle');
    expect(rings.map(({ y }) => y)).toEqual([1, 2.5, 40].map((ratio) => room.y(ratio)));
    const names = plot.before.flatMap((mark) => (mark.kind === 'text' && / \d/.test(mark.text) ? [mark.text] : []));
    expect(names).toEqual(['same object 6.0 \u2192 40.0×', 'background 0.1×']);
  });

  test('a place gives its layer, and the head whose point is there', () => {
    expect(pickPreference(view, layout, layout.x(2), layout.y(6))).toEqual({ layer: 2, head: 1 });
    expect(pickPreference(view, layout, layout.x(1) + 3, layout.y(1))).toEqual({ layer: 1, head: null });
    expect(pickPreference(view, layout, layout.right + 60, layout.y(1))).toBeNull();
  });

  test('names stand at the ends of the lines with their last value, and do not overlap', () => {
    const plot = preferencePlot(view, layout, { layer: 2, head: 1 }, FILE_THEMES.dark);
    const texts = plot.before.filter((mark) => mark.kind === 'text');
    const names = texts.filter(({ text }) => / \d/.test(text));
    expect(names.map(({ text }) => text)).toEqual(['same object 6.0×', 'background 0.1×']);
    expect(texts.find(({ text }) => text === '2')?.bold).toBe(true);
    const rings = plot.behind.filter((mark) => mark.kind === 'circle' && mark.stroke !== undefined);
    expect(rings).toHaveLength(1);
    const close = preferencePlot(
      { ...view, lines: view.lines.map((line) => ({ ...line, ratios: [1, 1, 1, 1] })) },
      layout,
      null,
      FILE_THEMES.dark,
    );
    const [one, other] = close.before.filter((mark) => mark.kind === 'text' && mark.text.includes('1.0×'));
    expect(one?.kind === 'text' && other?.kind === 'text' ? Math.abs(one.y - other.y) : 0).toBeGreaterThanOrEqual(12);
  });
});
