import type { Entry } from './head-entries.js';
import { isFree, textWidth, type Stretch } from './labels.js';
import type { ChartFrame } from './plot.js';

/** Below this width the key to the marks gets a line of its own. */
const NARROW_BARS = 480;
/** A block's name in full needs this room under its bar; a narrower one gets its count. */
const NAME_ROOM = 46;

/** One entry as a bar: width is its sigma, height its cosine. */
export interface Bar {
  readonly entry: Entry;
  /** Left edge and width of its column, in pixels. */
  readonly x: number;
  readonly column: number;
  /** Width of the bar itself, a little less than the column. */
  readonly width: number;
  /** sum of sigma before it, and with it. */
  readonly from: number;
  readonly to: number;
  /** Height as a cosine; 0 when it has none. */
  readonly value: number;
}

/** The name of a bar under the axis. */
export interface BarName {
  readonly x: number;
  readonly text: string;
  readonly chosen: boolean;
}

/** Where everything of the bars lies, in pixels. */
export interface BarsLayout extends ChartFrame {
  /** Lowest value of the axis; the highest is 1. */
  readonly low: number;
  /** sum of sigma, at least a hair above 0. */
  readonly total: number;
  readonly bars: readonly Bar[];
  readonly names: readonly BarName[];
  /** The key to the marks has its own line. */
  readonly keyBelow: boolean;
  /** Height of a cosine in pixels. */
  readonly y: (value: number) => number;
}

/**
 * Lays out the bars of a head.
 * @param chosen first mode of the selected entry.
 * @param width available, in pixels.
 */
export function barsLayout(entries: readonly Entry[], chosen: number | null, width: number): BarsLayout {
  const marked = entries.some((entry) => entry.count > 1 || entry.looseAngle !== null);
  const keyBelow = marked && width < NARROW_BARS;
  const height = keyBelow ? 178 : 160;
  const left = 30;
  const right = width - 66;
  const top = 8;
  const bottom = height - (keyBelow ? 50 : 34);
  const total = Math.max(
    entries.reduce((sum, entry) => sum + entry.sigmaSum, 0),
    Number.MIN_VALUE,
  );
  const low = Math.min(-0.5, ...entries.map((entry) => Math.floor((entry.weightedCos ?? 0) * 4) / 4));
  const bars = entryBars(entries, total, left, right);
  const y = (value: number): number => top + ((1 - value) / (1 - low)) * (bottom - top);
  const names = barNames(bars, chosen);
  return { width, height, left, right, top, bottom, low, total, bars, names, keyBelow, y };
}

function entryBars(entries: readonly Entry[], total: number, left: number, right: number): Bar[] {
  const bars: Bar[] = [];
  let from = 0;
  for (const entry of entries) {
    const to = from + entry.sigmaSum;
    const x = left + (from / total) * (right - left);
    const column = (entry.sigmaSum / total) * (right - left);
    const width = Math.max(0.8, column - (column > 3 ? 0.8 : 0.5));
    bars.push({ entry, x, column, width, from, to, value: entry.weightedCos ?? 0 });
    from = to;
  }
  return bars;
}

/** Names that fit: the selected, M0, blocks, every eighth mode, the last; with blocks also single ones with room. */
function barNames(bars: readonly Bar[], chosen: number | null): BarName[] {
  const isChosen = (bar: Bar): boolean => bar.entry.first === chosen;
  const others = bars.filter((bar) => !isChosen(bar));
  const last = bars[bars.length - 1];
  const single = others.filter((bar) => bar.entry.count === 1 && bar.entry.first > 0);
  const blocks = others.filter((bar) => bar.entry.count > 1 && bar.column >= 18);
  const order = [
    ...bars.filter(isChosen),
    ...others.filter((bar) => bar.entry.first === 0),
    ...blocks,
    ...single.filter((bar) => bar.entry.first % 8 === 0 || bar === last),
    ...(blocks.length > 0 ? single.filter((bar) => bar.column >= 13) : []),
  ];
  const taken: Stretch[] = [];
  const names: BarName[] = [];
  for (const bar of order) {
    const text = barName(bar, isChosen(bar));
    const x = bar.x + bar.column / 2;
    const stretch: Stretch = [x - textWidth(text) / 2, x + textWidth(text) / 2];
    if (!isFree(stretch, taken)) continue;
    taken.push(stretch);
    names.push({ x, text, chosen: isChosen(bar) });
  }
  return names;
}

function barName({ entry, column }: Bar, chosen: boolean): string {
  if (entry.count > 1) return chosen || column >= NAME_ROOM ? entry.name : `\u00d7${String(entry.count)}`;
  return chosen || entry.first === 0 ? entry.name : String(entry.first);
}

/** The entry whose column holds a horizontal place: picked by the whole height, for bars are narrow. */
export function pickBar(layout: BarsLayout, x: number): Entry | null {
  if (x < layout.left - 4 || x > layout.right + 4) return null;
  const bar = layout.bars.find((one) => x < one.x + one.column) ?? layout.bars[layout.bars.length - 1];
  return bar?.entry ?? null;
}
