import type { ChartTheme } from './chart-theme.js';

/** A thing to draw at pixels of its chart; ECharts' custom series draws a list of them in order. */
export type Mark = RectMark | LineMark | CircleMark | PathMark | TextMark;

interface Paint {
  readonly fill?: string;
  readonly stroke?: string;
  readonly lineWidth?: number;
  readonly opacity?: number;
}

/** A rectangle. */
export interface RectMark extends Paint {
  readonly kind: 'rect';
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Of its corners. */
  readonly radius?: number;
}

/** A straight stroke. */
export interface LineMark extends Paint {
  readonly kind: 'line';
  readonly from: readonly [x: number, y: number];
  readonly to: readonly [x: number, y: number];
  readonly dash?: readonly number[];
  readonly round?: true;
}

/** A circle. */
export interface CircleMark extends Paint {
  readonly kind: 'circle';
  readonly x: number;
  readonly y: number;
  readonly radius: number;
}

/** An outline in SVG path syntax. */
export interface PathMark extends Paint {
  readonly kind: 'path';
  readonly path: string;
  readonly round?: true;
}

/** A line of text; y is the middle of its height. */
export interface TextMark {
  readonly kind: 'text';
  readonly x: number;
  readonly y: number;
  readonly text: string;
  readonly size: number;
  readonly fill: string;
  readonly align?: 'left' | 'center' | 'right';
  readonly bold?: boolean;
  /** Colour of a rim that keeps it readable over other marks. */
  readonly halo?: string;
}

/** Sizes of text in charts, pixels: axes and captions, and dense labels. */
export const AXIS_TEXT = 11;
export const DENSE_TEXT = 10;

/** A horizontal line across a chart. */
export function acrossLine(y: number, left: number, right: number, stroke: string, lineWidth = 1): LineMark {
  return { kind: 'line', from: [left, y], to: [right, y], stroke, lineWidth };
}

/** A vertical line in a chart. */
export function uprightLine(x: number, top: number, bottom: number, stroke: string, lineWidth = 1): LineMark {
  return { kind: 'line', from: [x, top], to: [x, bottom], stroke, lineWidth };
}

/** A label of an axis: second text at 11 pixels. */
export function axisText(
  x: number,
  y: number,
  text: string,
  theme: ChartTheme,
  align: TextMark['align'] = 'left',
): TextMark {
  return { kind: 'text', x, y, text, size: AXIS_TEXT, fill: theme.muted, align };
}

/** A caption inside a chart: second text at 10 pixels. */
export function denseText(
  x: number,
  y: number,
  text: string,
  theme: ChartTheme,
  align: TextMark['align'] = 'left',
): TextMark {
  return { kind: 'text', x, y, text, size: DENSE_TEXT, fill: theme.muted, align };
}

/** A triangle with its tip at (x, y), pointing up or down. */
export function pointer(x: number, y: number, points: 'up' | 'down', fill: string): PathMark {
  const away = points === 'up' ? 5 : -5;
  return { kind: 'path', path: `M${px(x)} ${px(y)}l-4 ${px(away)}h8z`, fill };
}

/** A coordinate in path syntax. */
function px(value: number): string {
  return String(Number(value.toFixed(2)));
}

/** A run of points as a path. */
export function linePath(points: readonly (readonly [x: number, y: number])[]): string {
  return points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${px(x)} ${px(y)}`).join('');
}

/**
 * Strokes at 45 degrees inside a rectangle, as a path: the hatch of a block.
 * @param spacing between the strokes along the horizontal.
 */
export function hatchPath(x: number, y: number, width: number, height: number, spacing: number): string {
  let path = '';
  const start = Math.ceil((x + y) / spacing) * spacing;
  for (let sum = start; sum < x + y + width + height; sum += spacing) {
    const left = Math.max(x, sum - y - height);
    const right = Math.min(x + width, sum - y);
    if (right - left > 0.3) path += `M${px(left)} ${px(sum - left)}L${px(right)} ${px(sum - right)}`;
  }
  return path;
}
