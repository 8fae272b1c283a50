import * as l10n from '@vscode/l10n';
import type { HeadFigures } from '../analysis/figures.js';
import type { ChartTheme } from './chart-theme.js';
import { entryOf, type Entry } from './head-entries.js';
import { textWidth } from './labels.js';
import { valueText } from './layers-plot.js';
import {
  acrossLine,
  axisText,
  DENSE_TEXT,
  denseText,
  linePath,
  uprightLine,
  type LineMark,
  type Mark,
} from './marks.js';
import type { Plot, PlotSeries } from './plot.js';
import { markColour } from './similarity-scale.js';
import type { SpectrumLayout } from './spectrum-layout.js';

/** What the scatter and the spectrum are drawn from, beside their layout. */
export interface SpectrumView {
  readonly head: HeadFigures;
  readonly entries: readonly Entry[];
  /** Half-width of the chance band of one mode. */
  readonly modeBand: number;
  /** First mode of the selected entry. */
  readonly chosen: number | null;
}

/** Sigma against cosine, and beside it the spectrum, with one axis of sigma, so that a mode lies at one height in both. */
export function spectrumPlot(view: SpectrumView, layout: SpectrumLayout, theme: ChartTheme): Plot {
  const { left, top, bottom, scatterEnd, spectrumStart, spectrumEnd, most } = layout;
  const height = bottom - top;
  return {
    width: layout.width,
    height: layout.height,
    areas: [
      {
        area: { left, top, width: scatterEnd - left, height, x: [-1, 1], y: [0, most] },
        series: [dots(view, theme)],
      },
      {
        area: {
          left: spectrumStart,
          top,
          width: Math.max(1, spectrumEnd - spectrumStart),
          height,
          x: [0, Math.max(1, layout.modes - 1)],
          y: [0, most],
        },
        series: [spectrum(view, theme)],
      },
    ],
    behind: behind(view, layout, theme),
    before: before(view, layout, theme),
  };
}

/** Single modes: filled, or open where loosely identified. Blocks are marks, for their vectors are arbitrary. */
function dots(view: SpectrumView, theme: ChartTheme): PlotSeries {
  const singles = view.entries.filter((entry) => entry.count === 1 && entry.cos !== null);
  return {
    type: 'scatter',
    name: 'modes',
    clip: false,
    data: singles.map((entry) => {
      const colour = markColour(theme.scale, entry.cos, entry.band, theme.lines);
      const loose = entry.looseAngle !== null;
      return {
        value: [entry.cos ?? 0, entry.sigma],
        symbolSize: loose ? 6 : 7,
        itemStyle: loose
          ? { color: theme.ground, borderColor: colour, borderWidth: 1.5, opacity: 1 }
          : { color: colour, borderColor: theme.ground, borderWidth: 0.8, opacity: 1 },
      };
    }),
  };
}

function spectrum(view: SpectrumView, theme: ChartTheme): PlotSeries {
  const chosen = chosenEntry(view);
  return {
    type: 'scatter',
    name: 'spectrum',
    clip: false,
    data: Array.from(view.head.sigma, (sigma, mode) => {
      const on = chosen !== null && mode >= chosen.first && mode <= chosen.last;
      return {
        value: [mode, sigma],
        symbolSize: on ? 6 : 3.4,
        itemStyle: { color: on ? theme.foreground : theme.muted, opacity: 1 },
      };
    }),
  };
}

function chosenEntry(view: SpectrumView): Entry | null {
  return view.chosen === null ? null : entryOf(view.entries, view.chosen);
}

function behind(view: SpectrumView, layout: SpectrumLayout, theme: ChartTheme): Mark[] {
  const { left, top, bottom, scatterEnd, x, y } = layout;
  const marks: Mark[] = [];
  const chosen = chosenEntry(view);
  if (chosen !== null && chosen.count > 1) {
    const height = y(chosen.sigmaLast) - y(chosen.sigmaFirst) + 4;
    marks.push({
      kind: 'rect',
      x: left,
      y: y(chosen.sigmaFirst) - 2,
      width: layout.width - left - 6,
      height,
      fill: theme.accent,
      opacity: 0.22,
    });
  }
  for (const value of [-1, -0.5, 0, 0.5, 1]) {
    marks.push(uprightLine(x(value), top, bottom, value === 0 ? theme.lines : theme.grid));
    marks.push(axisText(x(value), bottom + 11, valueText(value), theme, 'center'));
  }
  const band = { x: x(-view.modeBand), width: x(view.modeBand) - x(-view.modeBand) };
  marks.push({ kind: 'rect', ...band, y: top, height: bottom - top, fill: theme.lines, opacity: 0.22 });
  marks.push(denseText(x(0), top - 9, l10n.t('chance'), theme, 'center'));
  marks.push(...sigmaTicks(layout, theme));
  const captions = bottom + 25;
  marks.push(denseText(left, captions, l10n.t('← dissimilar'), theme));
  marks.push(denseText(x(0), captions, l10n.t('mode cosine'), theme, 'center'));
  marks.push(denseText(scatterEnd, captions, l10n.t('similar →'), theme, 'right'));
  marks.push(...spectrumAxis(layout, theme));
  if (chosen?.cos !== null && chosen !== null) {
    const middle = layout.modeX((chosen.first + chosen.last) / 2);
    marks.push(acrossLine(y(chosen.sigma), x(chosen.cos), middle, theme.accent));
  }
  return [...marks, ...blockMarks(view, layout, theme)];
}

function sigmaTicks(layout: SpectrumLayout, theme: ChartTheme): Mark[] {
  const { left, top, most, tick, decimals, y } = layout;
  const marks: Mark[] = [axisText(left - 6, top - 10, '\u03c3', theme, 'right')];
  for (let step = 0; step * tick <= most * 1.0001; step += 1) {
    const value = step * tick;
    marks.push(axisText(left - 6, y(value), value === 0 ? '0' : value.toFixed(decimals), theme, 'right'));
    marks.push(acrossLine(y(value), left - 3, left, theme.muted));
  }
  return marks;
}

function spectrumAxis(layout: SpectrumLayout, theme: ChartTheme): Mark[] {
  const { top, bottom, spectrumStart, spectrumEnd, modes, modeX } = layout;
  const last = modes - 1;
  const marks: Mark[] = [uprightLine(spectrumStart - 4, top, bottom, theme.grid)];
  for (const mode of [...new Set([0, Math.round(modes / 2), last])]) {
    marks.push(axisText(modeX(mode), bottom + 11, String(mode), theme, mode === last ? 'right' : 'center'));
  }
  marks.push(denseText((spectrumStart + spectrumEnd) / 2, bottom + 25, l10n.t('mode number'), theme, 'center'));
  marks.push(denseText(spectrumEnd, top - 9, 'spectrum', theme, 'right'));
  return marks;
}

/** A block: its members as faint points, a thick tick at the mean, and a thick stroke under its part of the spectrum. */
function blockMarks(view: SpectrumView, layout: SpectrumLayout, theme: ChartTheme): Mark[] {
  return view.entries.flatMap((entry): Mark[] => {
    if (entry.count === 1 || entry.cos === null) return [];
    const modes = Array.from({ length: entry.count }, (_, index) => entry.first + index);
    const points = modes.map((mode): Mark => {
      const { head } = view;
      return {
        kind: 'circle',
        x: layout.x(head.cos[mode] ?? 0),
        y: layout.y(head.sigma[mode] ?? 0),
        radius: 1.5,
        fill: theme.muted,
        opacity: 0.5,
      };
    });
    const under = modes.map((mode) => [layout.modeX(mode), layout.y(view.head.sigma[mode] ?? 0)] as const);
    const stroke: Mark = {
      kind: 'path',
      path: linePath(under),
      stroke: theme.muted,
      lineWidth: 5.5,
      opacity: 0.38,
      round: true,
    };
    return [
      ...points,
      blockTick(entry, entry.cos, layout, theme.ground, 7.6),
      blockTick(entry, entry.cos, layout, markColour(theme.scale, entry.cos, entry.band, theme.lines), 6),
      stroke,
    ];
  });
}

function blockTick(entry: Entry, cos: number, layout: SpectrumLayout, stroke: string, lineWidth: number): LineMark {
  const top = layout.y(entry.sigmaFirst) - 1;
  return { ...uprightLine(layout.x(cos), top, layout.y(entry.sigmaLast) + 1, stroke, lineWidth), round: true };
}

function before(view: SpectrumView, layout: SpectrumLayout, theme: ChartTheme): Mark[] {
  const { bottom, x, y } = layout;
  const marks: Mark[] = [];
  const chosen = chosenEntry(view);
  if (chosen !== null && chosen.cos !== null) {
    const ring = { stroke: theme.accent, lineWidth: 2 };
    if (chosen.count === 1) marks.push({ kind: 'circle', x: x(chosen.cos), y: y(chosen.sigma), radius: 7.5, ...ring });
    else {
      const top = y(chosen.sigmaFirst) - 7;
      const height = y(chosen.sigmaLast) + 7 - top;
      marks.push({ kind: 'rect', x: x(chosen.cos) - 6, y: top, width: 12, height, radius: 6, ...ring });
    }
  }
  if (view.head.weighted !== null) {
    marks.push(uprightLine(x(view.head.weighted), bottom - 5, bottom + 2, theme.foreground, 2));
  }
  return [...marks, ...modeNames(view, layout, theme)];
}

/** Names of the selected entry and of the three strongest modes, where they overlap neither each other nor the ring. */
function modeNames(view: SpectrumView, layout: SpectrumLayout, theme: ChartTheme): Mark[] {
  const chosen = chosenEntry(view);
  const strongest = view.entries.filter((entry) => entry.count === 1).slice(0, 3);
  const named = [...(chosen === null ? [] : [chosen]), ...strongest.filter((entry) => entry !== chosen)];
  const marks: Mark[] = [];
  const taken: Box[] = [];
  for (const entry of named) {
    if (entry.cos === null) continue;
    const bold = entry === chosen;
    const name = placedName(entry.name, layout.x(entry.cos), layout.y(entry.sigma), bold, layout.scatterEnd);
    if (bold) taken.push(ringBox(entry, entry.cos, layout));
    else if (taken.some((box) => overlap(box, name.box))) continue;
    taken.push(name.box);
    const { x, y, align } = name;
    marks.push({
      kind: 'text',
      x,
      y,
      text: entry.name,
      size: DENSE_TEXT,
      fill: theme.foreground,
      align,
      bold,
      halo: theme.ground,
    });
  }
  return marks;
}

type Box = readonly [left: number, top: number, right: number, bottom: number];

/** A name to the right of a mark, or to its left where the scatter ends; the selected one a little higher, clear of its ring. */
function placedName(
  text: string,
  x: number,
  y: number,
  bold: boolean,
  end: number,
): { x: number; y: number; align: 'left' | 'right'; box: Box } {
  const width = textWidth(text);
  const away = bold ? 11 : 8;
  const middle = y - (bold ? 10 : 0);
  if (x + away + width > end + 6) {
    return { x: x - away, y: middle, align: 'right', box: [x - away - width, middle - 6, x - away, middle + 6] };
  }
  return { x: x + away, y: middle, align: 'left', box: [x + away, middle - 6, x + away + width, middle + 6] };
}

function ringBox(entry: Entry, cos: number, layout: SpectrumLayout): Box {
  const x = layout.x(cos);
  return [x - 8, layout.y(entry.sigmaFirst) - 8, x + 8, layout.y(entry.sigmaLast) + 8];
}

function overlap(one: Box, other: Box): boolean {
  return one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3];
}
