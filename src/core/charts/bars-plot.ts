import * as l10n from '@vscode/l10n';
import type { CustomSeriesOption } from 'echarts';
import { fixed } from '../text/numbers.js';
import type { Bar, BarsLayout } from './bars-layout.js';
import type { ChartTheme } from './chart-theme.js';
import { withOpacity } from './css-colour.js';
import { spread } from './labels.js';
import { valueText } from './layers-plot.js';
import {
  acrossLine,
  AXIS_TEXT,
  axisText,
  DENSE_TEXT,
  denseText,
  hatchPath,
  pointer,
  uprightLine,
  type Mark,
} from './marks.js';
import { element, type Plot } from './plot.js';
import { markColour } from './similarity-scale.js';

/** What the bars are drawn from, beside their layout. */
export interface BarsView {
  /** The head's weighted figure. */
  readonly weighted: number | null;
  /** Half-width of the chance band of one mode. */
  readonly modeBand: number;
  /** First mode of the selected entry. */
  readonly chosen: number | null;
}

const HATCH_SPACING = 7;
/** How much of a loosely identified mode's bar is filled. */
const LOOSE_FILL = 0.3;

/** A head's modes as bars, width sigma and height cosine, so that their area is the weighted figure. */
export function barsPlot(view: BarsView, layout: BarsLayout, theme: ChartTheme): Plot {
  return {
    width: layout.width,
    height: layout.height,
    areas: [
      {
        area: {
          left: layout.left,
          top: layout.top,
          width: Math.max(1, layout.right - layout.left),
          height: layout.bottom - layout.top,
          x: [0, layout.total],
          y: [layout.low, 1],
        },
        series: [barSeries(layout, theme)],
      },
    ],
    behind: behind(view, layout, theme),
    before: before(view, layout, theme),
  };
}

/** Data: sum of sigma before the entry, with it, and the height of its bar. */
function barSeries(layout: BarsLayout, theme: ChartTheme): CustomSeriesOption {
  return {
    type: 'custom',
    name: 'modes',
    dimensions: ['from', 'to', 'cosine'],
    encode: { x: [0, 1], y: 2 },
    clip: false,
    data: layout.bars.map((bar) => [bar.from, bar.to, bar.value]),
    renderItem: (params, api) => {
      const bar = layout.bars[params.dataIndex];
      if (bar === undefined) return null;
      const [x = 0, end = 0] = api.coord([bar.from, bar.value]);
      const zero = api.coord([bar.from, 0])[1] ?? 0;
      const marks = barMarks(bar, x, Math.min(zero, end), Math.max(1, Math.abs(end - zero)), theme);
      return { type: 'group', children: marks.map((mark) => element(mark, theme)) };
    },
  };
}

function barMarks(bar: Bar, x: number, y: number, height: number, theme: ChartTheme): Mark[] {
  const { entry, width } = bar;
  const colour = markColour(theme.scale, entry.weightedCos, entry.band, theme.lines);
  if (entry.looseAngle !== null) return looseMarks(x, y, width, height, colour);
  const solid: Mark = { kind: 'rect', x, y, width, height, fill: colour };
  return entry.count > 1 ? [solid, ...hatch(x, y, width, height, theme)] : [solid];
}

function looseMarks(x: number, y: number, width: number, height: number, colour: string): Mark[] {
  const inner = { x: x + 0.5, y: y + 0.5, width: Math.max(0.4, width - 1), height: Math.max(0.4, height - 1) };
  return [
    { kind: 'rect', x, y, width, height, fill: withOpacity(colour, LOOSE_FILL) },
    { kind: 'rect', ...inner, stroke: colour },
  ];
}

function hatch(x: number, y: number, width: number, height: number, theme: ChartTheme): Mark[] {
  const path = hatchPath(x, y, width, height, HATCH_SPACING);
  return path === '' ? [] : [{ kind: 'path', path, stroke: theme.ground, lineWidth: 2, opacity: 0.55 }];
}

function behind(view: BarsView, layout: BarsLayout, theme: ChartTheme): Mark[] {
  const { left, right, y } = layout;
  const marks: Mark[] = [];
  for (const value of [1, 0.5, 0, -0.5, -1]) {
    if (value < layout.low) continue;
    marks.push(acrossLine(y(value), left, right, theme.grid));
    marks.push(axisText(left - 6, y(value), valueText(value), theme, 'right'));
  }
  const height = y(-view.modeBand) - y(view.modeBand);
  marks.push({
    kind: 'rect',
    x: left,
    y: y(view.modeBand),
    width: right - left,
    height,
    fill: theme.lines,
    opacity: 0.22,
  });
  return marks;
}

function before(view: BarsView, layout: BarsLayout, theme: ChartTheme): Mark[] {
  const { left, right, height, y } = layout;
  const marks: Mark[] = [acrossLine(y(0), left, right, theme.muted)];
  if (view.weighted !== null) {
    marks.push({
      kind: 'line',
      from: [left, y(view.weighted)],
      to: [right, y(view.weighted)],
      stroke: theme.foreground,
      lineWidth: 1.2,
      dash: [5, 4],
    });
  }
  marks.push(...selection(view, layout, theme), ...lineNames(view, layout, theme));
  for (const { x, text, chosen } of layout.names) {
    if (!chosen) marks.push(uprightLine(x, layout.bottom, layout.bottom + 3, theme.muted));
    const fill = chosen ? theme.foreground : theme.muted;
    marks.push({ kind: 'text', x, y: layout.bottom + 11, text, size: DENSE_TEXT, fill, align: 'center', bold: chosen });
  }
  const caption = l10n.t('width σ, height cosine, so the area adds up to weighted');
  marks.push(denseText(left, layout.keyBelow ? height - 24 : height - 7, caption, theme));
  return [...marks, ...markKey(layout, theme)];
}

function selection(view: BarsView, layout: BarsLayout, theme: ChartTheme): Mark[] {
  const bar = layout.bars.find(({ entry }) => entry.first === view.chosen);
  if (bar === undefined) return [];
  const top = Math.min(layout.y(0), layout.y(bar.value));
  const height = Math.abs(layout.y(bar.value) - layout.y(0));
  return [
    {
      kind: 'rect',
      x: bar.x - 2,
      y: top - 2,
      width: bar.column + 3,
      height: height + 4,
      stroke: theme.accent,
      lineWidth: 2,
      radius: 1,
    },
    pointer(bar.x + bar.column / 2, layout.bottom + 1, 'up', theme.accent),
  ];
}

/** The word at the chance band and, in two lines, the weighted figure; kept apart. */
function lineNames(view: BarsView, layout: BarsLayout, theme: ChartTheme): Mark[] {
  const x = layout.right + 6;
  if (view.weighted === null) return [denseText(x, layout.y(0), l10n.t('chance'), theme)];
  const [chance = 0, weighted = 0] = spread([layout.y(0), layout.y(view.weighted)], 21);
  const name = { kind: 'text', x, size: AXIS_TEXT, fill: theme.foreground, bold: true } as const;
  return [
    denseText(x, chance, l10n.t('chance'), theme),
    { ...name, y: weighted - 6, text: l10n.t('weighted') },
    { ...name, y: weighted + 7, text: fixed(view.weighted) },
  ];
}

/** The key to outlined and hatched bars, only where they occur. */
function markKey(layout: BarsLayout, theme: ChartTheme): Mark[] {
  const colour = markColour(theme.scale, 0.4, 0, theme.lines);
  const loose = layout.bars.some(({ entry }) => entry.looseAngle !== null);
  const block = layout.bars.some(({ entry }) => entry.count > 1);
  const items = [
    ...(loose ? [{ words: l10n.t('loosely identified'), room: 110, marks: looseMarks } as const] : []),
    ...(block ? [{ words: l10n.t('block: not separately identified'), room: 174, marks: null } as const] : []),
  ];
  const y = layout.height - 12;
  let x = layout.keyBelow ? layout.left : layout.right - items.reduce((sum, item) => sum + item.room, -12);
  return items.flatMap(({ words, room, marks }): Mark[] => {
    const solid: Mark = { kind: 'rect', x, y, width: 12, height: 9, fill: colour };
    const swatch = marks === null ? [solid, ...hatch(x, y, 12, 9, theme)] : marks(x, y, 12, 9, colour);
    const text = denseText(x + 17, y + 5, words, theme);
    x += room;
    return [...swatch, text];
  });
}
