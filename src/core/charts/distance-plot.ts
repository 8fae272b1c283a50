import * as l10n from '@vscode/l10n';
import type { DistancePoint } from '../analysis/distance/over-distance.js';
import { fixed } from '../text/numbers.js';
import type { ChartTheme } from './chart-theme.js';
import { valueText } from './layers-plot.js';
import { acrossLine, axisText, denseText, linePath, type Mark } from './marks.js';
import type { Plot } from './plot.js';
import { markColour } from './similarity-scale.js';

/** Height of the chart in pixels. */
const HEIGHT = 168;

const LEFT = 34;
const TOP = 20;
const BOTTOM = HEIGHT - 34;

/** Distances of ticks: where values are large, and where they are small. */
const TICKS = [0.5, 0.2] as const;

/** Values up to this have the finer ticks. */
const SMALL = 0.6;

/** Where everything of the curve over distance lies, in pixels; distances stand side by side in even steps. */
export interface DistanceLayout {
  readonly width: number;
  readonly height: number;
  readonly points: readonly DistancePoint[];
  readonly ticks: readonly number[];
  readonly x: (index: number) => number;
  readonly y: (value: number) => number;
}

/** Lays out the curve over distance. */
export function distanceLayout(points: readonly DistancePoint[], width: number): DistanceLayout {
  const values = points.flatMap(({ weighted, mean, weightedBand }) => [
    ...[weighted, mean].filter((value) => value !== null),
    weightedBand ?? 0,
    -(weightedBand ?? 0),
  ]);
  const tick = TICKS[Math.max(...values.map(Math.abs)) > SMALL ? 0 : 1];
  const low = Math.floor(Math.min(-0.05, ...values) / tick) * tick;
  const high = Math.ceil(Math.max(0.05, ...values) / tick) * tick;
  const right = Math.max(LEFT + 1, width - 12);
  const step = (right - LEFT - 12) / Math.max(1, points.length - 1);
  const ticks = Array.from(
    { length: Math.round((high - low) / tick) + 1 },
    (_, index) => Math.round(10 * (low + index * tick)) / 10,
  );
  return {
    width,
    height: HEIGHT,
    points,
    ticks,
    x: (index) => LEFT + 12 + index * step,
    y: (value) => BOTTOM - ((value - low) / (high - low)) * (BOTTOM - TOP),
  };
}

/** The distance whose point is nearest to a place of the chart; null beside all. */
export function pickDistance({ points, x }: DistanceLayout, at: number): number | null {
  const reach = points.length > 1 ? (x(1) - x(0)) / 2 : Infinity;
  const index = points.findIndex((_, each) => Math.abs(x(each) - at) <= reach);
  return index < 0 ? null : index;
}

/** The weighted cosine over distance with its chance band and the mean; every point in the colour of its figure. */
export function distancePlot(layout: DistanceLayout, unit: string, theme: ChartTheme): Plot {
  return {
    width: layout.width,
    height: HEIGHT,
    areas: [],
    behind: [...axes(layout, unit, theme), ...band(layout, theme)],
    before: [...curve(layout, 'mean', theme), ...curve(layout, 'weighted', theme), ...dots(layout, theme)],
  };
}

function axes({ points, width, ticks, x, y }: DistanceLayout, unit: string, theme: ChartTheme): Mark[] {
  return [
    ...ticks.flatMap((value): Mark[] => [
      acrossLine(y(value), LEFT, width - 6, value === 0 ? theme.lines : theme.grid),
      axisText(LEFT - 6, y(value), valueText(value), theme, 'right'),
    ]),
    ...points.map(({ distance }, index) => axisText(x(index), BOTTOM + 12, String(distance), theme, 'center')),
    denseText(
      (LEFT + width) / 2,
      BOTTOM + 27,
      unit === 'patches' ? l10n.t('patches from query to key') : l10n.t('places from query to key'),
      theme,
      'center',
    ),
    denseText(width - 6, TOP - 11, l10n.t('line: weighted cosine · dashed: mean · grey: chance'), theme, 'right'),
  ];
}

function band({ points, x, y }: DistanceLayout, theme: ChartTheme): Mark[] {
  const known = points.flatMap(({ weightedBand }, index) =>
    weightedBand === null ? [] : [{ at: x(index), half: weightedBand }],
  );
  const upper = known.map(({ at, half }) => [at, y(half)] as const);
  const lower = known.map(({ at, half }) => [at, y(-half)] as const).reverse();
  return known.length < 2
    ? []
    : [{ kind: 'path', path: `${linePath([...upper, ...lower])}Z`, fill: theme.lines, opacity: 0.22 }];
}

/** A run of segments between neighbours that both have the figure; the mean is dashed. */
function curve({ points, x, y }: DistanceLayout, figure: 'weighted' | 'mean', theme: ChartTheme): Mark[] {
  return points.flatMap((point, index): Mark[] => {
    const next = points[index + 1]?.[figure] ?? null;
    const own = point[figure];
    if (own === null || next === null) return [];
    const ends = { from: [x(index), y(own)], to: [x(index + 1), y(next)] } as const;
    return [
      figure === 'weighted'
        ? { kind: 'line', ...ends, stroke: theme.foreground, lineWidth: 1.5, round: true }
        : { kind: 'line', ...ends, stroke: theme.muted, dash: [4, 3] },
    ];
  });
}

function dots({ points, x, y }: DistanceLayout, theme: ChartTheme): Mark[] {
  return points.flatMap(({ weighted, weightedBand }, index): Mark[] => {
    if (weighted === null) return [];
    const fill = markColour(theme.scale, weighted, weightedBand ?? 0, theme.lines);
    return [{ kind: 'circle', x: x(index), y: y(weighted), radius: 4.5, fill, stroke: theme.ground }];
  });
}

/** `1 patch`, `4 patches` or `4 places`. */
function lengthWords(distance: number, unit: string): string {
  if (distance === 1) return unit === 'patches' ? l10n.t('1 patch') : l10n.t('1 place');
  return unit === 'patches' ? l10n.t('{0} patches', distance) : l10n.t('{0} places', distance);
}

/** What is said of a point: `4 patches: weighted 0.12, mean 0.05, mean of 24 offsets`. */
export function distanceWords({ distance, offsets, weighted, mean }: DistancePoint, unit: string): string {
  const far = lengthWords(distance, unit);
  if (offsets === 0) return l10n.t('{0}: no two patches of its pictures lie so far apart', far);
  return offsets > 1
    ? l10n.t('{0}: weighted {1}, mean {2}, mean of {3} offsets', far, fixed(weighted), fixed(mean), offsets)
    : l10n.t('{0}: weighted {1}, mean {2}', far, fixed(weighted), fixed(mean));
}
