import type { ChartTheme } from './chart-theme.js';
import { spread } from './labels.js';
import type { Place } from './layers-layout.js';
import { acrossLine, axisText, AXIS_TEXT, denseText, linePath, type Mark } from './marks.js';
import type { Plot, PlotSeries } from './plot.js';
import type { PreferenceLayout, PreferenceLine, PreferenceView } from './preference-layout.js';

/** Line of each kind of keys: told apart by width and dash, so that colour is not needed. */
const LINES = {
  same: { width: 2.4, dash: 'solid' },
  other: { width: 1.6, dash: [5, 3] },
  background: { width: 1.6, dash: [1.5, 3] },
  high: { width: 2.4, dash: 'solid' },
  middle: { width: 1.6, dash: [9, 3] },
  low: { width: 1.6, dash: [4, 3] },
  none: { width: 1.6, dash: [1.5, 3] },
} as const;

/** Line of a changed model. */
const AFTER_WIDTH = 1.2;

/** Object preference over depth: lines for what is attended to, every head a faint point, the selected one ringed. */
export function preferencePlot(
  view: PreferenceView,
  layout: PreferenceLayout,
  selected: Place | null,
  theme: ChartTheme,
): Plot {
  const { left, right, top, bottom, low, high } = layout;
  const area = {
    left,
    top,
    width: Math.max(1, right - left),
    height: bottom - top,
    x: [0, Math.max(1, view.depth - 1)],
    y: [low, high],
  } as const;
  return {
    width: layout.width,
    height: layout.height,
    areas: [{ area, series: view.lines.flatMap((line) => bothSeries(line, layout, view.depth, theme)) }],
    behind: [...behind(view, layout, selected, theme), ...points(view, layout, selected, theme)],
    before: [
      ...afterPoints(view, layout, theme),
      ...lineNames(view, layout, theme),
      ...layerNumbers(view, layout, selected, theme),
    ],
  };
}

/** The line, and over it the one of a changed model, thin and in another colour. */
function bothSeries(line: PreferenceLine, layout: PreferenceLayout, depth: number, theme: ChartTheme): PlotSeries[] {
  const { width } = LINES[line.kind];
  const color = isFaint(line) ? theme.muted : theme.foreground;
  const before = series(line, line.ratios, { color, width }, layout, depth);
  if (line.after === undefined) return [before];
  return [before, series(line, line.after, { color: theme.accent, width: AFTER_WIDTH }, layout, depth)];
}

function isFaint({ kind }: PreferenceLine): boolean {
  return kind === 'background' || kind === 'none';
}

function series(
  { kind, words }: PreferenceLine,
  ratios: PreferenceLine['ratios'],
  look: { readonly color: string; readonly width: number },
  { low, high }: PreferenceLayout,
  depth: number,
): PlotSeries {
  const { dash } = LINES[kind];
  const data = ratios.map((ratio, layer) => [
    depth > 1 ? layer : 0.5,
    ratio === null ? null : Math.max(low, Math.min(high, ratio > 0 ? Math.log2(ratio) : low)),
  ]);
  const type = dash === 'solid' ? dash : [...dash];
  return { type: 'line', name: words, data, showSymbol: false, lineStyle: { ...look, type, join: 'round' } };
}

/** A ring at each layer of the lines of a changed model, so that colour is not needed to tell them apart. */
function afterPoints(view: PreferenceView, layout: PreferenceLayout, theme: ChartTheme): Mark[] {
  return view.lines.flatMap(({ after = [] }) =>
    after.flatMap((ratio, layer): Mark[] => {
      if (ratio === null) return [];
      const place = { x: layout.x(layer), y: layout.y(ratio) };
      return [{ kind: 'circle', ...place, radius: 2.2, fill: theme.ground, stroke: theme.accent, lineWidth: 1.2 }];
    }),
  );
}

function behind(view: PreferenceView, layout: PreferenceLayout, selected: Place | null, theme: ChartTheme): Mark[] {
  const { left, right, top, bottom, low, high, y } = layout;
  const marks: Mark[] = [
    { kind: 'text', x: 0, y: 7, text: view.title, size: AXIS_TEXT, fill: theme.foreground, bold: true },
  ];
  if (selected !== null && selected.layer < view.depth) {
    const x = layout.x(selected.layer) - 8;
    marks.push({ kind: 'rect', x, y: top, width: 16, height: bottom - top, fill: theme.hover });
  }
  marks.push(...bandMarks(view, layout, theme));
  const every = high - low > 8 ? 2 : 1;
  for (let power = low; power <= high; power += 1) {
    if (power % every !== 0) continue;
    marks.push(acrossLine(y(2 ** power), left, right, power === 0 ? theme.lines : theme.grid));
    marks.push(axisText(left - 6, y(2 ** power), timesText(power), theme, 'right'));
  }
  return marks;
}

const FRACTIONS = ['\u00bd', '\u00bc', '\u215b', '1/16', '1/32', '1/64'];

/** A power of two on the axis: `4×`, `even`, `½`. */
function timesText(power: number): string {
  if (power === 0) return 'even';
  return power > 0 ? `${2 ** power}\u00d7` : (FRACTIONS[-power - 1] ?? '');
}

function bandMarks(view: PreferenceView, layout: PreferenceLayout, theme: ChartTheme): Mark[] {
  const runs: (readonly [layer: number, low: number, high: number])[][] = [[]];
  view.band.forEach((band, layer) => {
    if (band === null) runs.push([]);
    else runs[runs.length - 1]?.push([layer, ...band]);
  });
  return runs.flatMap((run): Mark[] => {
    if (run.length < 2) return [];
    const upper = run.map(([layer, , high]) => [layout.x(layer), layout.y(high)] as const);
    const lower = run.map(([layer, low]) => [layout.x(layer), layout.y(low)] as const).reverse();
    return [{ kind: 'path', path: `${linePath([...upper, ...lower])}Z`, fill: theme.lines, opacity: 0.3 }];
  });
}

function points(view: PreferenceView, layout: PreferenceLayout, selected: Place | null, theme: ChartTheme): Mark[] {
  return view.heads.map(({ layer, head, ratio }): Mark => {
    const place = { x: layout.x(layer), y: layout.y(ratio) };
    return layer === selected?.layer && head === selected.head
      ? { kind: 'circle', ...place, radius: 4, stroke: theme.accent, lineWidth: 2 }
      : { kind: 'circle', ...place, radius: 1.8, fill: theme.muted, opacity: 0.55 };
  });
}

/** Names at the right ends of lines with their last value, and what a change makes of it. */
function lineNames(view: PreferenceView, layout: PreferenceLayout, theme: ChartTheme): Mark[] {
  const named = view.lines.flatMap((line) => {
    const at = line.ratios.reduce<number>((last, ratio, layer) => (ratio === null ? last : layer), -1);
    const last = line.ratios[at] ?? null;
    return last === null ? [] : [{ line, last, after: line.after?.[at] ?? null }];
  });
  const places = spread(
    named.map(({ last }) => layout.y(last)),
    13,
  );
  return named.map(({ line, last, after }, index): Mark => {
    const digits = view.fine === true ? 2 : 1;
    const text = `${line.words} ${after === null ? last.toFixed(digits) : bothText(last, after)}\u00d7`;
    const fill = isFaint(line) ? theme.muted : theme.foreground;
    const place = { x: layout.right + 7, y: places[index] ?? 0 };
    return { kind: 'text', ...place, text, size: AXIS_TEXT, fill, bold: line.kind === 'same' || line.kind === 'high' };
  });
}

/** `3.9 → 5.9`, below even with a digit more; one number where both read the same. */
function bothText(before: number, after: number): string {
  const digits = Math.min(before, after) < 1 ? 2 : 1;
  const [from, to] = [before.toFixed(digits), after.toFixed(digits)];
  return from === to ? from : `${from} \u2192 ${to}`;
}

function layerNumbers(
  view: PreferenceView,
  layout: PreferenceLayout,
  selected: Place | null,
  theme: ChartTheme,
): Mark[] {
  const every = Math.max(1, Math.ceil(16 / layout.step));
  const marks: Mark[] = [];
  for (let layer = 0; layer < view.depth; layer += 1) {
    const own = layer === selected?.layer;
    if (layer % every !== 0 && !own) continue;
    const mark = denseText(layout.x(layer), layout.height - 8, String(layer), theme, 'center');
    marks.push(own ? { ...mark, bold: true, fill: theme.foreground } : mark);
  }
  return marks;
}
