import type {
  AriaComponentOption,
  ComposeOption,
  CustomSeriesOption,
  GridComponentOption,
  LineSeriesOption,
  ScatterSeriesOption,
} from 'echarts';
import type { ChartTheme } from './chart-theme.js';
import type { Mark, TextMark } from './marks.js';

/** An option for ECharts with the parts that are registered: custom, line and scatter series, grid, aria. */
export type ChartOption = ComposeOption<
  AriaComponentOption | CustomSeriesOption | GridComponentOption | LineSeriesOption | ScatterSeriesOption
>;

/** Series of a plot. */
export type PlotSeries = CustomSeriesOption | LineSeriesOption | ScatterSeriesOption;
type Element = NonNullable<CustomRoot>;
type CustomRoot = ReturnType<NonNullable<CustomSeriesOption['renderItem']>>;

/** Size of a chart and the edges of what it draws, in pixels. */
export interface ChartFrame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** A pair of axes in pixels, and the ends of what they show. */
export interface PlotArea {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly x: readonly [min: number, max: number];
  readonly y: readonly [min: number, max: number];
}

/** A chart before it is placed: series in units of its axes, and marks in its own pixels behind and before them. */
export interface Plot {
  readonly width: number;
  readonly height: number;
  readonly areas: readonly { readonly area: PlotArea; readonly series: readonly PlotSeries[] }[];
  readonly behind: readonly Mark[];
  readonly before: readonly Mark[];
}

/** A plot at its place in a picture. */
export interface PlacedPlot {
  readonly plot: Plot;
  readonly x: number;
  readonly y: number;
}

/**
 * One option for the plots of a picture; a live chart is a picture of one plot.
 * @param label what the chart shows, in a sentence, for those who do not see it.
 */
export function chartOption(placed: readonly PlacedPlot[], theme: ChartTheme, label: string): ChartOption {
  const areas = placed.flatMap(({ plot, x, y }) =>
    plot.areas.map(({ area, series }) => ({ area, series, x: x + area.left, y: y + area.top })),
  );
  return {
    animation: false,
    textStyle: { fontFamily: theme.fontFamily },
    aria: { enabled: true, label: { description: label } },
    grid: areas.map(({ area, x, y }) => ({
      left: x,
      top: y,
      width: area.width,
      height: area.height,
      outerBoundsMode: 'none' as const,
    })),
    xAxis: areas.map(({ area }, index) => axis(area.x, index)),
    yAxis: areas.map(({ area }, index) => axis(area.y, index)),
    series: [
      ...placed.map(({ plot, x, y }) => drawing(plot.behind, x, y, theme, 1)),
      ...areas.flatMap(({ series }, index) =>
        series.map((one) => ({ ...one, xAxisIndex: index, yAxisIndex: index, silent: true, z: 2 })),
      ),
      ...placed.map(({ plot, x, y }) => drawing(plot.before, x, y, theme, 3)),
    ],
  };
}

/** Lines and numbers of an axis are marks, for ECharts would move them; the axis only maps values to pixels. */
function axis([min, max]: readonly [number, number], gridIndex: number): object {
  return { type: 'value', min, max, gridIndex, show: false };
}

function drawing(marks: readonly Mark[], x: number, y: number, theme: ChartTheme, z: number): CustomSeriesOption {
  return {
    type: 'custom',
    coordinateSystem: 'none',
    silent: true,
    z,
    data: marks.length === 0 ? [] : [0],
    renderItem: () => ({ type: 'group', x, y, children: marks.map((mark) => element(mark, theme)) }),
  };
}

/** A mark as an element of ECharts' custom series. */
export function element(mark: Mark, theme: ChartTheme): Element {
  if (mark.kind === 'text') return textElement(mark, theme);
  const style = {
    fill: mark.fill ?? 'none',
    stroke: mark.stroke ?? 'none',
    lineWidth: mark.lineWidth ?? 1,
    opacity: mark.opacity ?? 1,
  };
  switch (mark.kind) {
    case 'rect':
      return {
        type: 'rect',
        shape: { x: mark.x, y: mark.y, width: mark.width, height: mark.height, r: mark.radius ?? 0 },
        style,
      };
    case 'circle':
      return { type: 'circle', shape: { cx: mark.x, cy: mark.y, r: mark.radius }, style };
    case 'line':
      return {
        type: 'line',
        shape: { x1: mark.from[0], y1: mark.from[1], x2: mark.to[0], y2: mark.to[1] },
        style: { ...style, lineDash: [...(mark.dash ?? [])], lineCap: mark.round === true ? 'round' : 'butt' },
      };
    case 'path':
      return {
        type: 'path',
        shape: { pathData: mark.path },
        style: { ...style, lineCap: mark.round === true ? 'round' : 'butt', lineJoin: 'round' },
      };
  }
}

function textElement(mark: TextMark, theme: ChartTheme): Element {
  return {
    type: 'text',
    style: {
      x: mark.x,
      y: mark.y,
      text: mark.text,
      fill: mark.fill,
      fontSize: mark.size,
      fontFamily: theme.fontFamily,
      fontWeight: mark.bold === true ? 600 : 400,
      align: mark.align ?? 'left',
      verticalAlign: 'middle',
      ...(mark.halo === undefined ? {} : { stroke: mark.halo, lineWidth: 3 }),
    },
  };
}
