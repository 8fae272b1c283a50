import { describe, expect, it } from 'vitest';
import { FILE_THEMES } from '../../../../src/core/charts/chart-theme.js';
import {
  distanceLayout,
  distancePlot,
  distanceWords,
  pickDistance,
} from '../../../../src/core/charts/distance-plot.js';
import type { DistancePoint } from '../../../../src/core/analysis/distance/over-distance.js';

const point = (distance: number, weighted: number | null): DistancePoint => ({
  distance,
  offsets: weighted === null ? 0 : 4,
  weighted,
  mean: weighted,
  weightedBand: weighted === null ? null : 0.1,
});

const POINTS = [point(0, 0.8), point(1, 0.4), point(2, -0.3), point(4, null)];

describe('the curve over distance', () => {
  it('holds all of its values, with round ticks and zero among them', () => {
    const { ticks, x, y, width, height } = distanceLayout(POINTS, 400);
    expect(ticks).toEqual([-0.5, 0, 0.5, 1]);
    expect(distanceLayout([point(0, 0.3)], 400).ticks).toEqual([-0.2, 0, 0.2, 0.4]);
    for (const [index, { weighted }] of POINTS.entries()) {
      expect(x(index)).toBeGreaterThan(0);
      expect(x(index)).toBeLessThan(width);
      expect(y(weighted ?? 0)).toBeGreaterThan(0);
      expect(y(weighted ?? 0)).toBeLessThan(height);
    }
  });

  it('has a dot for each figure that is there, in the colour of its side', () => {
    const layout = distanceLayout(POINTS, 400);
    const { before } = distancePlot(layout, 'patches', FILE_THEMES.light);
    const dots = before.flatMap((mark) => (mark.kind === 'circle' ? [mark.fill] : []));
    expect(dots).toHaveLength(3);
    expect(new Set(dots).size).toBe(3);
  });

  it('finds the distance under the mouse and says its figures', () => {
    const layout = distanceLayout(POINTS, 400);
    expect(pickDistance(layout, layout.x(2) + 5)).toBe(2);
    expect(pickDistance(layout, 1_000)).toBeNull();
    expect(distanceWords(point(2, -0.3), 'patches')).toBe('2 patches: weighted −0.30, mean −0.30, mean of 4 offsets');
    expect(distanceWords(point(1, 0.1), 'patches')).toMatch(/^1 patch: /u);
    expect(distanceWords(point(1, 0.1), 'places')).toMatch(/^1 place: /u);
    expect(distanceWords(point(4, null), 'patches')).toContain('no two patches');
  });
});
