import * as l10n from '@vscode/l10n';
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
  /** What it shows, in a sentence. */
  readonly label: string;
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
const TITLE_HEIGHT = 16;
const REMARK_HEIGHT = 16;

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
  const label = l10n.t('Weighted cosine of every layer and head: above 0 similar, below 0 dissimilar.');
  const { title, remark } = words;
  return stackedPicture(
    { title, remarks: [remark], label, plots: [curve, map, key], gaps: [2, 8, 0], width: full },
    theme,
  );
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
  if (head?.trouble !== null) return null;
  const entries = headEntries(head, layer.modeBand);
  const room = width - 2 * MARGIN;
  const parts = { head, entries, modeBand: layer.modeBand, chosen, weighted: head.weighted };
  const bars = barsPlot(parts, barsLayout(entries, chosen, room), theme);
  const spectrum = spectrumPlot(parts, spectrumLayout(head, room), theme);
  const place = placeName(layer.index, head.index);
  const facts = headFacts(head, entries).map(({ value, words }) => `${value} ${words}`);
  const title = `${view.words.title} \u00b7 ${place}`;
  const remarks = [facts.join(' \u00b7 '), view.words.remark];
  const label = `${place} ${headLine(head, entries)}`;
  return stackedPicture({ title, remarks, label, plots: [bars, spectrum], gaps: [12, 0], width }, theme);
}

/** What a picture is made of: plots from top to bottom with the gaps behind them. */
interface Parts {
  readonly title: string;
  readonly remarks: readonly string[];
  readonly label: string;
  readonly plots: readonly Plot[];
  readonly gaps: readonly number[];
  readonly width: number;
}

/** Stacks plots under a title on the theme's ground. */
export function stackedPicture({ title, remarks, label, plots, gaps, width }: Parts, theme: ChartTheme): ChartPicture {
  const placed: PlacedPlot[] = [];
  const titleHeight = TITLE_HEIGHT + REMARK_HEIGHT * remarks.length;
  let y = MARGIN + titleHeight;
  plots.forEach((plot, index) => {
    placed.push({ plot, x: MARGIN, y });
    y += plot.height + (gaps[index] ?? 0);
  });
  const height = Math.ceil(y + MARGIN - 4);
  const heading: Plot = {
    width,
    height: titleHeight,
    areas: [],
    behind: titleMarks(title, remarks, theme),
    before: [],
  };
  const option = chartOption([{ plot: heading, x: MARGIN, y: MARGIN }, ...placed], theme, label);
  return { option: { ...option, backgroundColor: theme.ground }, label, width, height };
}

function titleMarks(title: string, remarks: readonly string[], theme: ChartTheme): Mark[] {
  return [
    { kind: 'text', x: 0, y: 4, text: title, size: 13, fill: theme.foreground, bold: true },
    ...remarks.map((text, line): Mark => ({
      kind: 'text',
      x: 0,
      y: 5 + REMARK_HEIGHT * (line + 1),
      text,
      size: AXIS_TEXT,
      fill: theme.muted,
    })),
  ];
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/**
 * The text of an SVG file out of what ECharts drew: with the label as its title, for those who hear it and for the mouse,
 * and without ECharts' style rules, which only concern the mouse and which strict pages refuse.
 */
export function standaloneSvg(drawn: string, label: string): string {
  const title = label.replace(/[&<>]/g, (sign) => ESCAPES[sign] ?? '');
  return drawn
    .replace(/<style[^>]*>[\s\S]*?<\/style>\n?/, '')
    .replace(/<[a-z][^>]*>/g, (tag) => tag.replace(/ class="[^"]*"/, ''))
    .replace(/^<svg[^>]*>/, (tag) => `${tag}<title>${title}</title>`);
}
