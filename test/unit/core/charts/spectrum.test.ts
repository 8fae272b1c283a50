import { describe, expect, test } from 'vitest';
import { FILE_THEMES } from '../../../../src/core/charts/chart-theme.js';
import { headEntries } from '../../../../src/core/charts/head-entries.js';
import type { Mark } from '../../../../src/core/charts/marks.js';
import { pickSpectrum, spectrumLayout } from '../../../../src/core/charts/spectrum-layout.js';
import { spectrumPlot } from '../../../../src/core/charts/spectrum-plot.js';
import { madeHead } from './made-heads.js';

const head = madeHead({
  sigma: [1.17, 1.1, 0.6, 0.55, 0.5, 0.1],
  cos: [0.9, 0.7, 0.2, 0.3, 0.1, -0.5],
  angle: [0, 0, 0.3, 0.3, 0.3, 0.2],
  blocks: [[2, 4]],
});
const entries = headEntries(head, 0.13);
const layout = spectrumLayout(head, 370);
const plot = (chosen: number | null): ReturnType<typeof spectrumPlot> =>
  spectrumPlot({ head, entries, modeBand: 0.13, chosen }, layout, FILE_THEMES.dark);
const texts = (marks: readonly Mark[]): string[] => marks.flatMap((mark) => (mark.kind === 'text' ? [mark.text] : []));

describe('sigma against cosine, and the spectrum', () => {
  test('share one axis of sigma', () => {
    const [scatter, spectrum] = plot(0).areas;
    expect(scatter?.area.y).toEqual(spectrum?.area.y);
    expect(scatter?.area.top).toBe(spectrum?.area.top);
    expect(scatter?.area.height).toBe(spectrum?.area.height);
  });

  test('single modes are dots, blocks are not, the spectrum has every mode', () => {
    const [scatter, spectrum] = plot(0).areas;
    expect(scatter?.series[0]?.data).toHaveLength(3);
    expect(spectrum?.series[0]?.data).toHaveLength(6);
  });

  test('a loosely identified mode is an open dot', () => {
    const data: unknown = plot(0).areas[0]?.series[0]?.data;
    expect(Array.isArray(data) ? data[2] : null).toMatchObject({ itemStyle: { color: FILE_THEMES.dark.ground } });
  });

  test('the axis ends a little above the largest sigma, with few round ticks', () => {
    expect(layout.most).toBeGreaterThan(1.17);
    expect(layout.tick).toBe(0.5);
    for (const largest of [1e-6, 0.031, 0.2, 0.78, 4.4, 18.5, 930]) {
      const made = spectrumLayout(madeHead({ sigma: [largest], cos: [0.5] }), 370);
      const ticks = Math.floor(made.most / made.tick);
      expect(ticks).toBeGreaterThanOrEqual(2);
      expect(ticks).toBeLessThanOrEqual(4);
      expect(Number(made.tick.toFixed(made.decimals))).toBeCloseTo(made.tick, 12);
    }
  });

  test('names the selected entry and the strongest modes', () => {
    expect(texts(plot(2).before)).toEqual(expect.arrayContaining(['M2\u20134', 'M0']));
  });

  test('a band lies over both charts only for a selected block', () => {
    const bands = (chosen: number): number =>
      plot(chosen).behind.filter((mark) => mark.kind === 'rect' && mark.fill === FILE_THEMES.dark.accent).length;
    expect(bands(2)).toBe(1);
    expect(bands(0)).toBe(0);
  });

  test('a point means the nearest entry, in the spectrum the mode number', () => {
    expect(pickSpectrum(layout, entries, layout.x(0.9) + 3, layout.y(1.17))?.first).toBe(0);
    expect(pickSpectrum(layout, entries, layout.x(0.2), layout.y(0.53))?.first).toBe(2);
    expect(pickSpectrum(layout, entries, layout.x(-0.9), layout.y(1))).toBeNull();
    expect(pickSpectrum(layout, entries, layout.modeX(5), 40)?.first).toBe(5);
  });
});
