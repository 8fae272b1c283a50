import * as l10n from '@vscode/l10n';
import { fixed } from '../text/numbers.js';
import { columnCentre, columnsEnd, type AxisColumns } from './axis-columns.js';
import type { ChartTheme } from './chart-theme.js';
import { plusMinus } from './format.js';
import { spread } from './labels.js';
import type { LayerRow, LayersLayout } from './layers-layout.js';
import { acrossLine, AXIS_TEXT, axisText, denseText, DENSE_TEXT, linePath, type Mark } from './marks.js';
import type { Plot, PlotSeries } from './plot.js';
import { markColour } from './similarity-scale.js';

/** What the layer curve is drawn from. */
export interface LayersView {
  readonly layers: LayerRow;
  /** The missing layers are on their way. */
  readonly computing: boolean;
  /** Numbers of the axes; the panel sets its own, which stay in place and show what is selected. */
  readonly numbers: boolean;
}

/** The layer curve: weighted and mean, every head a dot, the chance band about 0. */
export function layersPlot(view: LayersView, layout: LayersLayout, theme: ChartTheme): Plot {
  const { columns, top, bottom } = layout;
  return {
    width: columns.width,
    height: layout.height,
    areas: [
      {
        area: {
          left: columns.left - columns.gap / 2,
          top,
          width: columns.step * columns.count,
          height: bottom - top,
          x: [-0.5, columns.count - 0.5],
          y: [layout.low, 1],
        },
        series: series(view, layout, theme),
      },
    ],
    behind: behind(view, layout, theme),
    before: before(view, layout, theme),
  };
}

function series(view: LayersView, layout: LayersLayout, theme: ChartTheme): PlotSeries[] {
  const { columns, radius } = layout;
  const line = (key: 'weighted' | 'mean'): (number | null)[][] =>
    view.layers.map((layer, index) => [index, layer?.[key] ?? null]);
  const dots = layout.dots.map((dot) => {
    return {
      value: [dot.layer + (dot.x - columnCentre(columns, dot.layer)) / columns.step, dot.value],
      symbolSize: 2 * radius,
      itemStyle: {
        color: markColour(theme.scale, dot.value, dot.band, theme.lines),
        opacity: 1,
        borderColor: theme.ground,
        borderWidth: radius < 2.5 ? 0.5 : 0.8,
      },
    };
  });
  return [
    {
      type: 'line',
      name: 'mean',
      data: line('mean'),
      showSymbol: false,
      lineStyle: { color: theme.muted, width: 1, type: [4, 3] },
    },
    {
      type: 'line',
      name: 'weighted',
      data: line('weighted'),
      showSymbol: false,
      lineStyle: { color: theme.foreground, width: 2, join: 'round' },
    },
    {
      type: 'scatter',
      name: 'heads',
      data: dots,
    },
  ];
}

function behind(view: LayersView, layout: LayersLayout, theme: ChartTheme): Mark[] {
  const { columns, y } = layout;
  const marks: Mark[] = [];
  const right = columnsEnd(columns);
  for (const value of [1, 0.5, 0, -0.5, -1]) {
    if (value < layout.low) continue;
    marks.push(acrossLine(y(value), columns.left, right, value === 0 ? theme.lines : theme.grid));
    if (view.numbers) marks.push(axisText(columns.left - 6, y(value), valueText(value), theme, 'right'));
  }
  return [...marks, ...bandMarks(view, layout, theme)];
}

/** The chance band of the heads about 0: as wide at each layer as its heads' bands are on average. */
function bandMarks(view: LayersView, layout: LayersLayout, theme: ChartTheme): Mark[] {
  const { columns, y } = layout;
  const runs: [x: number, band: number][][] = [[]];
  for (const [index, layer] of view.layers.entries()) {
    const band = headBand(layer?.heads.map((head) => head.weightedBand) ?? []);
    if (band === null) runs.push([]);
    else runs[runs.length - 1]?.push([columnCentre(columns, index), band]);
  }
  return runs.flatMap((run): Mark[] => {
    const first = run[0];
    const last = run[run.length - 1];
    if (first === undefined || last === undefined) return [];
    const half = columns.cell / 2;
    const edge: [number, number][] = [[first[0] - half, first[1]], ...run, [last[0] + half, last[1]]];
    const upper = edge.map(([x, band]) => [x, y(band)] as const);
    const lower = edge.map(([x, band]) => [x, y(-band)] as const).reverse();
    return [{ kind: 'path', path: `${linePath([...upper, ...lower])}Z`, fill: theme.lines, opacity: 0.45 }];
  });
}

/** The typical chance band of a layer's heads, for each dot has its own. */
function headBand(bands: readonly (number | null)[]): number | null {
  const known = bands.filter((band) => band !== null);
  return known.length === 0 ? null : known.reduce((sum, band) => sum + band, 0) / known.length;
}

/** A number of an axis from -1 to 1. */
export function valueText(value: number): string {
  return value === 0 ? '0' : fixed(value, 1);
}

function before(view: LayersView, layout: LayersLayout, theme: ChartTheme): Mark[] {
  const names = layout.names.map(({ x, y, text }): Mark => ({
    kind: 'text',
    x,
    y,
    text,
    size: DENSE_TEXT,
    fill: theme.foreground,
    align: 'center',
    halo: theme.ground,
  }));
  const numbers = view.numbers ? layerNumbers(layout, theme) : [];
  return [...numbers, ...lineNames(view, layout, theme), ...names, ...waiting(view, layout, theme)];
}

/** Layers whose numbers are shown: every second one where columns are narrow, none that touches the selected one's. */
export function numberedLayers(columns: AxisColumns, selected: number | null): number[] {
  const every = columns.step < 16 ? 2 : 1;
  return Array.from({ length: columns.count }, (_, layer) => layer).filter((layer) => {
    if (layer === selected) return true;
    const crowded = selected !== null && columns.step < 14 && Math.abs(layer - selected) === 1;
    return layer % every === 0 && !crowded;
  });
}

/** Middle of the layers' numbers above the lower edge of the curve. */
export const NUMBERS_ABOVE_EDGE = 7;

function layerNumbers({ columns, height }: LayersLayout, theme: ChartTheme): Mark[] {
  const y = height - NUMBERS_ABOVE_EDGE;
  const numbers = numberedLayers(columns, null).map((layer) =>
    axisText(columnCentre(columns, layer), y, String(layer), theme, 'center'),
  );
  return [denseText(0, y, l10n.t('layer'), theme), ...numbers];
}

/** Names at the right ends of the lines and of the chance band. */
function lineNames(view: LayersView, layout: LayersLayout, theme: ChartTheme): Mark[] {
  const { columns, y } = layout;
  const x = columnsEnd(columns) + 6;
  const bands = view.layers.map((layer) => headBand(layer?.heads.map((head) => head.weightedBand) ?? []));
  const band = headBand(bands);
  const chance = columns.narrow || band === null ? l10n.t('chance') : l10n.t('chance {0}', plusMinus(band));
  const last = view.layers[view.layers.length - 1];
  const names: { at: number; text: string; bold: boolean }[] = [{ at: 0, text: chance, bold: false }];
  if (last !== null && last !== undefined) {
    if (last.weighted !== null) names.push({ at: last.weighted, text: l10n.t('weighted'), bold: true });
    if (last.mean !== null) names.push({ at: last.mean, text: l10n.t('mean'), bold: false });
  }
  const places = spread(
    names.map(({ at }) => y(at)),
    13,
  );
  return names.map(({ text, bold }, index) => ({
    kind: 'text',
    x,
    y: places[index] ?? 0,
    text,
    size: text === chance ? DENSE_TEXT : AXIS_TEXT,
    fill: bold ? theme.foreground : theme.muted,
    bold,
  }));
}

/** Room that the words for the missing layers need. */
const WAITING_WIDTH = 140;

function waiting(view: LayersView, layout: LayersLayout, theme: ChartTheme): Mark[] {
  const { columns } = layout;
  const first = view.layers.indexOf(null);
  if (first < 0 || !view.computing) return [];
  const x = columnCentre(columns, first) + 4;
  if (x + WAITING_WIDTH > columns.width) return [];
  const last = view.layers.length - 1;
  const layers = first === last ? l10n.t('layer {0}', last) : l10n.t('layers {0} to {1}', first, last);
  return [axisText(x, layout.y(0.32) - 4, l10n.t('computing {0} …', layers), theme)];
}
