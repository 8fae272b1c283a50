import { describe, expect, test } from 'vitest';
import { FILE_THEMES } from '../../../../src/core/charts/chart-theme.js';
import {
  type CurvePoint,
  pickStrength,
  promptCurveLayout,
  promptCurvePlot,
} from '../../../../src/core/charts/prompt-curve-plot.js';

const points: readonly CurvePoint[] = [
  { strength: 0, relativeL2: 0, band: [0, 0] },
  { strength: 2, relativeL2: 0.08, band: [0.02, 0.11] },
  { strength: 4, relativeL2: 0.1, band: null },
  { strength: 8, relativeL2: null, band: null },
];
const layout = promptCurveLayout(points, 400);

describe('the curve of a prompt', () => {
  test('has an axis in round steps that holds all points and bands', () => {
    expect(layout.tick).toBeCloseTo(0.05, 12);
    expect(layout.high).toBeCloseTo(0.15, 12);
    expect(layout.y(0)).toBe(layout.bottom);
    expect(layout.y(0.15)).toBeCloseTo(layout.top, 9);
    expect([layout.x(0), layout.x(8)]).toEqual([layout.left, layout.right]);
  });

  test('without a change it still has an axis', () => {
    const flat = promptCurveLayout([{ strength: 0, relativeL2: 0, band: null }], 400);
    expect(flat.high).toBeGreaterThan(0);
    expect(promptCurveLayout([], 400).high).toBeGreaterThan(0);
  });

  test('gives the nearest point to the mouse, and none beside the chart', () => {
    expect(pickStrength(points, layout, layout.x(2.9))?.strength).toBe(2);
    expect(pickStrength(points, layout, layout.x(7))?.strength).toBe(8);
    expect(pickStrength(points, layout, layout.right + 30)).toBeNull();
    expect(pickStrength([], layout, layout.x(1))).toBeNull();
  });

  test('draws points that are there, the band where it is known, and a ring for the chosen strength', () => {
    const { behind, before } = promptCurvePlot(points, layout, 2, FILE_THEMES.light);
    expect(before.filter(({ kind }) => kind === 'circle')).toHaveLength(3);
    expect(before.find((mark) => mark.kind === 'circle' && mark.radius === 4)).toMatchObject({ x: layout.x(2) });
    const bands = behind.filter(({ kind }) => kind === 'path');
    expect(bands).toHaveLength(1);
    expect(behind).toContainEqual(expect.objectContaining({ text: '10 %' }));
    const early = promptCurvePlot(points.slice(0, 1), layout, null, FILE_THEMES.light);
    expect(early.behind.filter(({ kind }) => kind === 'path')).toEqual([]);
  });
});
