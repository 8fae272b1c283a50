import type { ChartFrame } from './plot.js';

/** Attention from one kind of patches to one kind of keys over depth, as multiples of even attention. */
export interface PreferenceLine {
  /** Which keys: by their label, or by their group of keypoint concentration. */
  readonly kind: 'same' | 'other' | 'background' | 'none' | 'low' | 'middle' | 'high';
  readonly words: string;
  /** One a layer; null where there is none yet, or none at all. */
  readonly ratios: readonly (number | null)[];
  /** The same in a changed model, drawn beside it. */
  readonly after?: readonly (number | null)[];
}

/** A chart of what patches attend to over depth. */
export interface PreferenceView {
  readonly title: string;
  readonly lines: readonly PreferenceLine[];
  /** Under shifts of the labels around the grid, of the same object, one a layer. */
  readonly band: readonly (readonly [low: number, high: number] | null)[];
  /** The same object in every head. */
  readonly heads: readonly { readonly layer: number; readonly head: number; readonly ratio: number }[];
  readonly depth: number;
  /** For lines that are all near to even: a closer axis, and numbers with a digit more. */
  readonly fine?: true;
}

/** Where things stand in the chart, in pixels. */
export interface PreferenceLayout extends ChartFrame {
  /** Powers of two at the ends of the axis. */
  readonly low: number;
  readonly high: number;
  readonly step: number;
  readonly x: (layer: number) => number;
  /** What lies beyond the axis stands at its end. */
  readonly y: (ratio: number) => number;
}

const PREFERENCE_HEIGHT = 200;

/** The axis always shows from a quarter to four times even (the closer one from half to twice), all lines, and never more than from 1/64 to 64 times. */
const LEAST_POWERS = 2;
const FINE_POWERS = 1;
const MOST_POWERS = 6;

/** Room for the axis' numbers, for the names at the ends of lines, for the title, for the numbers of layers. */
const GUTTERS = { left: 36, right: 132, narrowRight: 104, afterRight: 150, top: 26, bottom: 22 } as const;
const NARROW = 380;

/** Lays a chart of preference out. */
export function preferenceLayout({ lines, depth, fine }: PreferenceView, width: number): PreferenceLayout {
  // Single heads may avoid a region altogether: on a logarithmic axis one of them would press all the rest together.
  const powers = lines
    .flatMap(({ ratios, after }) => [...ratios, ...(after ?? [])])
    .flatMap((value) => (value === null || !(value > 0) ? [] : [Math.log2(value)]));
  const least = fine === true ? FINE_POWERS : LEAST_POWERS;
  const low = Math.max(-MOST_POWERS, Math.min(-least, Math.floor(Math.min(0, ...powers))));
  const high = Math.min(MOST_POWERS, Math.max(least, Math.ceil(Math.max(0, ...powers))));
  const left = GUTTERS.left;
  const compared = lines.some(({ after }) => after !== undefined);
  const gutter = compared ? GUTTERS.afterRight : width < NARROW ? GUTTERS.narrowRight : GUTTERS.right;
  const right = width - gutter;
  const top = GUTTERS.top;
  const bottom = PREFERENCE_HEIGHT - GUTTERS.bottom;
  const step = Math.max(1, right - left) / Math.max(1, depth - 1);
  return {
    width,
    height: PREFERENCE_HEIGHT,
    left,
    right,
    top,
    bottom,
    low,
    high,
    step,
    x: (layer) => (depth > 1 ? left + step * layer : (left + right) / 2),
    y: (ratio) => {
      const power = ratio > 0 ? Math.log2(ratio) : -Infinity;
      return bottom - ((Math.max(low, Math.min(high, power)) - low) / (high - low)) * (bottom - top);
    },
  };
}

/** How near the mouse has to come to a head's point. */
const REACH = 8;

/** The layer at a place of the chart, and the head whose point is there; null outside. */
export function pickPreference(
  view: PreferenceView,
  layout: PreferenceLayout,
  x: number,
  y: number,
): { readonly layer: number; readonly head: number | null } | null {
  const layer = Math.max(0, Math.min(view.depth - 1, Math.round((x - layout.left) / layout.step)));
  const outside = x < layout.left - REACH || x > layout.right + REACH || y < layout.top - REACH || y > layout.height;
  if (outside || view.depth === 0) return null;
  let nearest: { head: number; distance: number } | null = null;
  for (const point of view.heads) {
    const distance = Math.hypot(layout.x(point.layer) - x, layout.y(point.ratio) - y);
    if (point.layer !== layer || distance > REACH || distance >= (nearest?.distance ?? Infinity)) continue;
    nearest = { head: point.head, distance };
  }
  return { layer, head: nearest?.head ?? null };
}
