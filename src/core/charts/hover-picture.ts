import * as l10n from '@vscode/l10n';
import type { LayerFigures } from '../analysis/figures.js';
import { fixed } from '../text/numbers.js';
import { beeswarm } from './beeswarm.js';
import { FILE_THEMES, type ChartTheme } from './chart-theme.js';
import { placeName } from './format.js';
import { spread, textWidth } from './labels.js';
import { DENSE_TEXT, linePath } from './marks.js';
import { markColour } from './similarity-scale.js';

/** Size of the picture in a hover, in pixels. */
export const HOVER_PICTURE = { width: 320, height: 90 } as const;

const LEFT = 24;
const RIGHT = 60;
const TOP = 8;
const BOTTOM = 70;
const NUMBERS = 86;
/** Least end of the axis: a name fits under it; models that go lower get the whole of it. */
const USUAL_LOW = -0.5;
const DEEP_LOW = -1;

/** Grounds of hovers in VS Code's own themes: a rim in this colour keeps a name readable over dots. */
const HOVER_GROUNDS = { light: '#f8f8f8', dark: '#202020' } as const;

/** Where things lie: columns of the layers and the height of a value. */
interface Axes {
  readonly step: number;
  readonly radius: number;
  readonly x: (layer: number) => number;
  readonly y: (value: number) => number;
}

/** The head furthest below its chance band. */
interface Lowest {
  readonly layer: number;
  readonly head: number;
  readonly value: number;
}

/**
 * The layer curve with its chance band for a hover: an SVG of 320 x 90 with colours of its own and a clear ground.
 * @param layers in order of their index.
 * @param scope index of the layer that the text under the mouse is about, which is tinted; null for all.
 * @param label what it shows, in a sentence.
 */
export function hoverPicture(
  layers: readonly LayerFigures[],
  scope: number | null,
  kind: 'light' | 'dark',
  label: string,
): string {
  const theme = FILE_THEMES[kind];
  const axes = layOut(layers);
  const lowest = lowestHead(layers);
  const parts = [
    `<title>${escaped(label)}</title>`,
    ...(scope === null || layers[scope] === undefined ? [] : [tint(scope, axes, theme)]),
    across(axes.y(1), theme.grid),
    across(axes.y(0), theme.lines),
    text(LEFT - 5, axes.y(1), '1', theme.muted, 'end'),
    text(LEFT - 5, axes.y(0), '0', theme.muted, 'end'),
    band(layers, axes, theme),
    ...dots(layers, axes, theme),
    curve(layers, axes, theme),
    ...lineNames(layers, axes, theme),
    ...(lowest === null ? [] : [lowestName(lowest, axes, theme)]),
    ...layerNumbers(layers, scope, lowest, axes, theme),
  ];
  const { width, height } = HOVER_PICTURE;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${String(width)}" height="${String(height)}" viewBox="0 0 ${String(width)} ${String(height)}" font-family="sans-serif" font-size="${String(DENSE_TEXT)}">${parts.join('')}</svg>`;
}

function layOut(layers: readonly LayerFigures[]): Axes {
  const step = (HOVER_PICTURE.width - LEFT - RIGHT) / Math.max(1, layers.length);
  const values = layers.flatMap(({ heads }) => heads.map(({ weighted }) => weighted ?? 0));
  const low = values.some((value) => value < USUAL_LOW) ? DEEP_LOW : USUAL_LOW;
  return {
    step,
    radius: step < 12 ? 1.3 : 2.1,
    x: (layer) => LEFT + step * (layer + 0.5),
    y: (value) => TOP + ((1 - value) / (1 - low)) * (BOTTOM - TOP),
  };
}

function lowestHead(layers: readonly LayerFigures[]): Lowest | null {
  let lowest: Lowest | null = null;
  for (const [layer, { heads }] of layers.entries()) {
    for (const { index, weighted, weightedBand } of heads) {
      if (weighted === null || weighted >= -(weightedBand ?? 0)) continue;
      if (lowest === null || weighted < lowest.value) lowest = { layer, head: index, value: weighted };
    }
  }
  return lowest;
}

const tint = (scope: number, { x, step }: Axes, theme: ChartTheme): string =>
  `<rect x="${px(x(scope) - step / 2)}" y="4" width="${px(step)}" height="${px(BOTTOM + 4)}" fill="${theme.grid}"/>`;

const across = (y: number, stroke: string): string =>
  `<path d="M${px(LEFT)} ${px(y)}H${px(HOVER_PICTURE.width - RIGHT)}" stroke="${stroke}"/>`;

/** The chance band about 0: as wide at each layer as its heads' bands are on average. */
function band(layers: readonly LayerFigures[], { x, y, step }: Axes, theme: ChartTheme): string {
  const edge = layers.flatMap((layer, index): [number, number][] => {
    const known = layer.heads.map(({ weightedBand }) => weightedBand).filter((half) => half !== null);
    if (known.length === 0) return [];
    const half = known.reduce((sum, each) => sum + each, 0) / known.length;
    return [
      [x(index) - step / 2, half],
      [x(index) + step / 2, half],
    ];
  });
  if (edge.length === 0) return '';
  const upper = edge.map(([at, half]) => [at, y(half)] as const);
  const lower = edge.map(([at, half]) => [at, y(-half)] as const).reverse();
  return `<path d="${linePath([...upper, ...lower])}Z" fill="${theme.lines}" opacity="0.45"/>`;
}

/** The heads, one path for each colour: a point of a round line is a dot in ten characters. */
function dots(layers: readonly LayerFigures[], axes: Axes, theme: ChartTheme): string[] {
  const byColour = new Map<string, string>();
  for (const [index, { heads }] of layers.entries()) {
    const shown = heads.flatMap(({ weighted, weightedBand }) =>
      weighted === null ? [] : [{ value: weighted, half: weightedBand ?? 0, y: axes.y(weighted) }],
    );
    const heights = shown.map(({ y }) => y);
    const moves = beeswarm(heights, axes.radius, Math.max(0, axes.step / 2 - axes.radius));
    for (const [place, { value, half, y }] of shown.entries()) {
      const rounded = Math.abs(value) < half ? 0 : Number(value.toFixed(2));
      const colour = markColour(theme.scale, rounded, half, theme.lines);
      const point = `M${px(axes.x(index) + (moves[place] ?? 0))} ${px(y)}h0`;
      byColour.set(colour, (byColour.get(colour) ?? '') + point);
    }
  }
  const width = px(2 * axes.radius);
  return [...byColour].map(
    ([colour, path]) => `<path d="${path}" stroke="${colour}" stroke-width="${width}" stroke-linecap="round"/>`,
  );
}

/** The weighted figure of the layers, with gaps where a layer has none. */
function curve(layers: readonly LayerFigures[], { x, y }: Axes, theme: ChartTheme): string {
  const runs: [number, number][][] = [[]];
  for (const [index, { weighted }] of layers.entries()) {
    if (weighted === null) runs.push([]);
    else runs.at(-1)?.push([x(index), y(weighted)]);
  }
  const path = runs.map(linePath).join('');
  return `<path d="${path}" fill="none" stroke="${theme.foreground}" stroke-width="1.8" stroke-linejoin="round"/>`;
}

/** Names at the right ends of the curve and of the chance band. */
function lineNames(layers: readonly LayerFigures[], { y }: Axes, theme: ChartTheme): string[] {
  const last = layers.at(-1)?.weighted ?? null;
  const at = HOVER_PICTURE.width - RIGHT + 4;
  if (last === null) return [text(at, y(0), l10n.t('chance'), theme.muted)];
  const [weighted = 0, chance = 0] = spread([y(last), y(0)], 11);
  return [
    text(at, weighted, l10n.t('weighted'), theme.foreground, 'start', true),
    text(at, chance, l10n.t('chance'), theme.muted),
  ];
}

/** The lowest head by name: left of its dot, or right of it in the first columns. */
function lowestName({ layer, head, value }: Lowest, { x, y }: Axes, theme: ChartTheme): string {
  const words = `H${String(head)} ${fixed(value)}`;
  const fitsLeft = x(layer) - 5 - textWidth(words) > LEFT;
  const height = Math.min(BOTTOM - 2, y(value));
  const name = text(x(layer) + (fitsLeft ? -5 : 5), height, words, theme.foreground, fitsLeft ? 'end' : 'start');
  return `<g stroke="${HOVER_GROUNDS[theme.kind === 'light' ? 'light' : 'dark']}" stroke-width="2.5" paint-order="stroke">${name}</g>`;
}

/** The layer in scope, the first, the last and that of the lowest head, as far as they do not touch. */
function layerNumbers(
  layers: readonly LayerFigures[],
  scope: number | null,
  lowest: Lowest | null,
  { x }: Axes,
  theme: ChartTheme,
): string[] {
  const wanted = [scope, 0, layers.length - 1, lowest?.layer ?? null];
  const put: { at: number; half: number }[] = [];
  return wanted.flatMap((layer): string[] => {
    if (layer === null || layers[layer] === undefined) return [];
    const words = placeName(layers[layer].index, null);
    const [at, half] = [x(layer), textWidth(words) / 2];
    if (put.some((other) => Math.abs(other.at - at) < other.half + half)) return [];
    put.push({ at, half });
    const inScope = layer === scope;
    return [text(at, NUMBERS - 3, words, inScope ? theme.foreground : theme.muted, 'middle', inScope)];
  });
}

/** A line of text; y is the middle of its figures. */
function text(
  x: number,
  y: number,
  words: string,
  fill: string,
  anchor: 'start' | 'middle' | 'end' = 'start',
  bold = false,
): string {
  const weight = bold ? ' font-weight="600"' : '';
  return `<text x="${px(x)}" y="${px(y + 3.5)}" fill="${fill}" text-anchor="${anchor}"${weight}>${escaped(words)}</text>`;
}

const px = (value: number): string => String(Number(value.toFixed(1)));

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

const escaped = (words: string): string => words.replace(/[&<>]/gu, (sign) => ESCAPES[sign] ?? '');
