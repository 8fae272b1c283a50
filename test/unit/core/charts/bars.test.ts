import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { barsLayout, pickBar } from '../../../../src/core/charts/bars-layout.js';
import { barsPlot } from '../../../../src/core/charts/bars-plot.js';
import { FILE_THEMES } from '../../../../src/core/charts/chart-theme.js';
import { headEntries } from '../../../../src/core/charts/head-entries.js';
import type { Mark } from '../../../../src/core/charts/marks.js';
import { chartOption, type Plot } from '../../../../src/core/charts/plot.js';
import { madeHead, type MadeHead } from './made-heads.js';

function drawn(made: MadeHead, chosen: number | null = 0, width = 600): { plot: Plot; weighted: number | null } {
  const head = madeHead(made);
  const layout = barsLayout(headEntries(head, 0.13), chosen, width);
  return {
    plot: barsPlot({ weighted: head.weighted, modeBand: 0.13, chosen }, layout, FILE_THEMES.dark),
    weighted: head.weighted,
  };
}

function bars(plot: Plot): number[][] {
  const series = plot.areas[0]?.series[0];
  const data: unknown = series?.data;
  return Array.isArray(data) ? data.filter((row): row is number[] => Array.isArray(row)) : [];
}

const texts = (marks: readonly Mark[]): string[] => marks.flatMap((mark) => (mark.kind === 'text' ? [mark.text] : []));

describe('the bars of a head', () => {
  test('their areas add up to the weighted figure, blocks included', () => {
    const mode = fc.tuple(fc.double({ min: 0.01, max: 5, noNaN: true }), fc.double({ min: -1, max: 1, noNaN: true }));
    fc.assert(
      fc.property(fc.array(mode, { minLength: 2, maxLength: 64 }), fc.boolean(), (modes, block) => {
        const sorted = [...modes].sort((one, other) => other[0] - one[0]);
        const { plot, weighted } = drawn({
          sigma: sorted.map(([sigma]) => sigma),
          cos: sorted.map(([, cos]) => cos),
          blocks: block ? [[0, 1]] : [],
        });
        const total = bars(plot)[bars(plot).length - 1]?.[1] ?? NaN;
        const area = bars(plot).reduce((sum, [from = 0, to = 0, height = 0]) => sum + (to - from) * height, 0);
        expect(area / total).toBeCloseTo(weighted ?? NaN, 9);
      }),
    );
  });

  test('they fill the axis without gaps', () => {
    const { plot } = drawn({ sigma: [3, 2, 1], cos: [0.1, 0.2, 0.3] });
    expect(bars(plot).map(([from]) => from)).toEqual([0, 3, 5]);
    expect(plot.areas[0]?.area.x).toEqual([0, 6]);
  });

  test('the axis reaches down to -1 only when needed', () => {
    expect(drawn({ cos: [0.5, 0.2, -0.1] }).plot.areas[0]?.area.y).toEqual([-0.5, 1]);
    expect(drawn({ cos: [-0.9, 0.2, -0.1] }).plot.areas[0]?.area.y).toEqual([-1, 1]);
  });

  test('the selected bar is always named, in bold', () => {
    const sigma = Array.from({ length: 64 }, (_, mode) => 1.2 - mode / 64);
    const { plot } = drawn({ sigma, cos: sigma.map(() => 0.3) }, 37);
    const name = plot.before.find((mark) => mark.kind === 'text' && mark.text === 'M37');
    expect(name).toMatchObject({ bold: true });
  });

  test('names under the axis do not overlap', () => {
    const sigma = Array.from({ length: 64 }, (_, mode) => (mode < 4 ? 5 : 0.2));
    const layout = barsLayout(headEntries(madeHead({ sigma, cos: sigma.map(() => 0.3) }), 0.1), 3, 400);
    const ends = [...layout.names].sort((one, other) => one.x - other.x);
    ends.slice(1).forEach((name, index) => {
      expect(name.x - (ends[index]?.x ?? 0)).toBeGreaterThan(6);
    });
  });

  test('the key to the marks stands only where they occur', () => {
    expect(texts(drawn({}).plot.before).join()).not.toContain('identified');
    expect(texts(drawn({ blocks: [[0, 1]] }).plot.before)).toContain('block: not separately identified');
    expect(texts(drawn({ angle: [0.3, 0, 0] }).plot.before)).toContain('loosely identified');
  });

  test('a bar is picked by the whole height of its column', () => {
    const layout = barsLayout(headEntries(madeHead({ sigma: [3, 1], cos: [0.1, 0.9] }), 0.1), null, 600);
    expect(pickBar(layout, layout.left + 1)?.first).toBe(0);
    expect(pickBar(layout, layout.right - 1)?.first).toBe(1);
    expect(pickBar(layout, layout.right + 30)).toBeNull();
  });

  test('a head of nothing draws nothing, and no NaN', () => {
    const head = madeHead({ sigma: [0, 0], cos: [NaN, NaN], trouble: 'zero' });
    const layout = barsLayout(headEntries(head, 0.1), 0, 600);
    const plot = barsPlot({ weighted: null, modeBand: 0.1, chosen: 0 }, layout, FILE_THEMES.dark);
    expect(JSON.stringify(chartOption([{ plot, x: 0, y: 0 }], FILE_THEMES.dark, ''))).not.toMatch(/NaN|"x":null/);
  });
});
