import type { LayerFigures } from '../analysis/figures.js';
import { barsLayout } from './bars-layout.js';
import { barsPlot } from './bars-plot.js';
import type { ChartTheme } from './chart-theme.js';
import { placeName } from './format.js';
import { headEntries } from './head-entries.js';
import { layersLayout, type LayerRow } from './layers-layout.js';
import { layersPlot } from './layers-plot.js';
import { mapRows, mapSizes } from './map-layout.js';
import { keyPlot, mapPlot } from './map-plot.js';
import { AXIS_TEXT, type Mark } from './marks.js';
import { chartOption, type ChartOption, type PlacedPlot, type Plot } from './plot.js';
import { spectrumLayout } from './spectrum-layout.js';
import { spectrumPlot } from './spectrum-plot.js';
import { headFacts, headLine } from './words.js';

/** A picture that stands by itself: an option for ECharts, and its size in pixels. */
export interface ChartPicture {
  readonly option: ChartOption;
  readonly width: number;
  readonly height: number;
}

/** Words over a picture: what it is of, and in which basis. */
export interface PictureTitle {
  /** Name of the model. */
  readonly title: string;
  /** Second words: geometry, basis, file. */
  readonly remark: string;
}

const MARGIN = 16;
const TITLE_HEIGHT = 30;

/** The layer curve and the map under it. */
export function layersPicture(
  view: { readonly layers: LayerRow; readonly words: PictureTitle },
  theme: ChartTheme,
  width = 720,
): ChartPicture {
  const { layers, words } = view;
  const layout = layersLayout(layers, width - 2 * MARGIN);
  const rows = mapRows(layers, 0, false);
  const curve = layersPlot({ layers, computing: false, numbers: true }, layout, theme);
  const map = mapPlot(rows, mapSizes(rows.length, layout.columns), layout, theme);
  const key = keyPlot(layout.columns.left, theme);
  const full = Math.max(width, Math.ceil(layout.columns.width) + 2 * MARGIN);
  const label = 'Weighted cosine of every layer and head: above 0 similar, below 0 dissimilar.';
  return picture({ words, label, plots: [curve, map, key], gaps: [2, 8, 0], width: full }, theme);
}

/** One head: its bars, and sigma against cosine with the spectrum; null for a head without figures. */
export function headPicture(
  view: {
    readonly layer: LayerFigures;
    readonly head: number;
    readonly chosen: number | null;
    readonly words: PictureTitle;
  },
  theme: ChartTheme,
  width = 720,
): ChartPicture | null {
  const { layer, chosen } = view;
  const head = layer.heads[view.head];
  if (head === undefined || head.trouble !== null) return null;
  const entries = headEntries(head, layer.modeBand);
  const room = width - 2 * MARGIN;
  const parts = { head, entries, modeBand: layer.modeBand, chosen, weighted: head.weighted };
  const bars = barsPlot(parts, barsLayout(entries, chosen, room), theme);
  const spectrum = spectrumPlot(parts, spectrumLayout(head, room), theme);
  const place = placeName(layer.index, head.index);
  const facts = headFacts(head, entries).map(({ value, words }) => `${value} ${words}`);
  const words = {
    title: `${view.words.title} \u00b7 ${place}`,
    remark: [...facts, view.words.remark].join(' \u00b7 '),
  };
  const label = `${place} ${headLine(head, entries)}`;
  return picture({ words, label, plots: [bars, spectrum], gaps: [12, 0], width }, theme);
}

/** What a picture is made of: plots from top to bottom with the gaps behind them. */
interface Parts {
  readonly words: PictureTitle;
  readonly label: string;
  readonly plots: readonly Plot[];
  readonly gaps: readonly number[];
  readonly width: number;
}

/** Stacks plots under a title on the theme's ground. */
function picture({ words, label, plots, gaps, width }: Parts, theme: ChartTheme): ChartPicture {
  const placed: PlacedPlot[] = [];
  let y = MARGIN + TITLE_HEIGHT;
  plots.forEach((plot, index) => {
    placed.push({ plot, x: MARGIN, y });
    y += plot.height + (gaps[index] ?? 0);
  });
  const height = Math.ceil(y + MARGIN - 4);
  const title: Plot = { width, height: TITLE_HEIGHT, areas: [], behind: titleMarks(words, theme), before: [] };
  const option = chartOption([{ plot: title, x: MARGIN, y: MARGIN }, ...placed], theme, label);
  return { option: { ...option, backgroundColor: theme.ground }, width, height };
}

function titleMarks(words: PictureTitle, theme: ChartTheme): Mark[] {
  return [
    { kind: 'text', x: 0, y: 4, text: words.title, size: 13, fill: theme.foreground, bold: true },
    { kind: 'text', x: 0, y: 21, text: words.remark, size: AXIS_TEXT, fill: theme.muted },
  ];
}
