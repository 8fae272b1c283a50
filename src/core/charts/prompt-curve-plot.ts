import * as l10n from '@vscode/l10n';
import { MOST_STRENGTH } from '../analysis/keypoints/strengths.js';
import type { ChartTheme } from './chart-theme.js';
import { acrossLine, axisText, AXIS_TEXT, denseText, linePath, type Mark, uprightLine } from './marks.js';
import { type ChartPicture, type PictureTitle, stackedPicture } from './pictures.js';
import type { ChartFrame, Plot } from './plot.js';

/** What a prompt does to the output at one strength. */
export interface CurvePoint {
  readonly strength: number;
  /** Relative change of the output; null where there is none. */
  readonly relativeL2: number | null;
  /** 5 and 95 % of it when the prompt lies elsewhere; null where it is not known yet. */
  readonly band: readonly [low: number, high: number] | null;
}

/** Where things stand in the chart, in pixels. */
export interface PromptCurveLayout extends ChartFrame {
  /** Part of the output's length at the top of the axis, and from one tick to the next. */
  readonly high: number;
  readonly tick: number;
  readonly x: (strength: number) => number;
  readonly y: (change: number) => number;
}

const HEIGHT = 168;
const ROOM = { left: 44, right: 14, top: 26, bottom: 34 } as const;

/** Steps of an axis. */
const STEPS = [1, 2, 5, 10];
const MOST_TICKS = 4;
const MARGINS = 32;

/** Lays the curve out; the axis shows all points and all bands. */
export function promptCurveLayout(points: readonly CurvePoint[], width: number): PromptCurveLayout {
  const most = Math.max(0.001, ...points.flatMap(({ relativeL2, band }) => [relativeL2 ?? 0, band?.[1] ?? 0]));
  const power = 10 ** Math.floor(Math.log10(most / MOST_TICKS));
  const tick = power * (STEPS.find((step) => step * power * MOST_TICKS >= most) ?? 10);
  const high = tick * Math.ceil(most / tick);
  const [left, right] = [ROOM.left, Math.max(ROOM.left + 1, width - ROOM.right)];
  const [top, bottom] = [ROOM.top, HEIGHT - ROOM.bottom];
  return {
    width,
    height: HEIGHT,
    left,
    right,
    top,
    bottom,
    high,
    tick,
    x: (strength) => left + (strength / MOST_STRENGTH) * (right - left),
    y: (change) => bottom - (change / high) * (bottom - top),
  };
}

/** The point whose strength is nearest to a place of the chart; null beside it, or without points. */
export function pickStrength(points: readonly CurvePoint[], layout: PromptCurveLayout, x: number): CurvePoint | null {
  if (x < layout.left - 8 || x > layout.right + 8) return null;
  let nearest: CurvePoint | null = null;
  for (const point of points) {
    const distance = Math.abs(layout.x(point.strength) - x);
    if (nearest === null || distance < Math.abs(layout.x(nearest.strength) - x)) nearest = point;
  }
  return nearest;
}

/** The curve over its band. @param chosen the strength that is marked; null: none. */
export function promptCurvePlot(
  points: readonly CurvePoint[],
  layout: PromptCurveLayout,
  chosen: number | null,
  theme: ChartTheme,
): Plot {
  const { left, right, top, bottom, high, tick, x, y } = layout;
  const marks: Mark[] = [
    {
      kind: 'text',
      x: 0,
      y: 7,
      text: l10n.t('Change of the output'),
      size: AXIS_TEXT,
      fill: theme.foreground,
      bold: true,
    },
    ...bandMark(points, layout, theme),
  ];
  for (let value = 0; value <= high + tick / 2; value += tick) {
    marks.push(acrossLine(y(value), left, right, value === 0 ? theme.lines : theme.grid));
    marks.push(axisText(left - 6, y(value), percentText(value, tick), theme, 'right'));
  }
  for (let strength = 0; strength <= MOST_STRENGTH; strength += 2) {
    marks.push(denseText(x(strength), bottom + 10, String(strength), theme, 'center'));
  }
  marks.push(denseText((left + right) / 2, bottom + 25, 'strength', theme, 'center'));
  if (chosen !== null) marks.push(uprightLine(x(chosen), top, bottom, theme.accent));
  const line = points.flatMap(({ strength, relativeL2 }) =>
    relativeL2 === null ? [] : [[x(strength), y(relativeL2)] as const],
  );
  const before: Mark[] = [
    { kind: 'path', path: linePath(line), stroke: theme.foreground, lineWidth: 2.4, round: true },
  ];
  for (const { strength, relativeL2 } of points) {
    if (relativeL2 === null) continue;
    const place = { x: x(strength), y: y(relativeL2) };
    before.push(
      strength === chosen
        ? { kind: 'circle', ...place, radius: 4, fill: theme.ground, stroke: theme.accent, lineWidth: 2 }
        : { kind: 'circle', ...place, radius: 2.2, fill: theme.foreground },
    );
  }
  return { width: layout.width, height: layout.height, areas: [], behind: marks, before };
}

/** The curve as a picture that stands by itself. */
export function promptCurvePicture(
  points: readonly CurvePoint[],
  { title, remark }: PictureTitle,
  theme: ChartTheme,
  width = 560,
): ChartPicture {
  const plot = promptCurvePlot(points, promptCurveLayout(points, width - MARGINS), null, theme);
  const label = l10n.t('Change of the output by the strength of a prompt, over what the same prompt does elsewhere.');
  return stackedPicture({ title, remarks: [remark], label, plots: [plot], gaps: [0], width }, theme);
}

/** Between points whose band is known, from one to the next. */
function bandMark(points: readonly CurvePoint[], { x, y }: PromptCurveLayout, theme: ChartTheme): Mark[] {
  const known = points.flatMap(({ strength, band }) => (band === null ? [] : [{ at: x(strength), band }]));
  if (known.length < 2) return [];
  const upper = known.map(({ at, band }) => [at, y(band[1])] as const);
  const lower = known.map(({ at, band }) => [at, y(band[0])] as const).reverse();
  return [{ kind: 'path', path: `${linePath([...upper, ...lower])}Z`, fill: theme.lines, opacity: 0.3 }];
}

/** A part as percent, with as many decimals as the ticks need. */
function percentText(part: number, tick: number): string {
  const decimals = Math.max(0, -Math.floor(Math.log10(tick * 100) + 1e-9));
  return `${(part * 100).toFixed(decimals)} %`;
}
