import type { ChartTheme } from '../../../src/core/charts/chart-theme.js';
import { placeName } from '../../../src/core/charts/format.js';
import { preferencePicture } from '../../../src/core/charts/preference-picture.js';
import { promptCurvePicture } from '../../../src/core/charts/prompt-curve-plot.js';
import { CONTOURS, CONTOUR_UNIT, type Contour } from '../../../src/core/image/overlay/contours.js';
import type { End } from '../../../src/core/image/overlay/modes.js';
import type { ImageCard } from '../../../src/protocol/image.js';
import { pictureSvg } from '../../lib/charts.js';
import type { Paint } from '../../lib/painted.js';
import { canvasOf, contextOf } from '../../lib/picture-at.js';
import type { PanelState } from '../../state/panel-state.js';
import { tokenWords } from '../../state/patches.js';
import { KEY_BIAS } from '../../state/selection.js';
import type { RowPicture, RowPictureName } from '../image-host.js';
import { changeWords } from '../tabs/outcome-words.js';
import { offObjectPaint } from '../tabs/off-object-paint.js';
import { offObjectSentences } from '../tabs/off-object-words.js';
import { preferenceView } from '../tabs/preference-view.js';
import { headAttention, timesEven } from './attention.js';
import { mapsOf, reachAt } from './entry-maps.js';
import { entryName, keyBiasEndWords, reachWords, scaleWords, shareWords } from './image-words.js';
import { attentionPaint, linesOf, modesPaint, type Lines } from './paints.js';
import { imageView, type ImageView } from './view.js';

/** Longest side of a map in a picture, and pixels that it is drawn with per pixel. */
const SIDE = 320;
const DENSE = 2;
const MARGIN = 16;

/** A picture out of the image row; null when what it shows is not there. */
export async function rowPicture(
  state: PanelState,
  picture: RowPictureName,
  theme: ChartTheme,
): Promise<RowPicture | null> {
  const view = imageView(state);
  if (view === null) return null;
  switch (picture) {
    case 'modes':
      return modesPicture(view, theme);
    case 'attention':
      return attentionPicture(view, theme);
    case 'preference':
      return preferenceOf(view, theme);
    case 'prompting':
      return promptingOf(view, theme);
    case 'off-object':
      return offObjectOf(view, theme);
  }
}

function modesPicture(view: ImageView, theme: ChartTheme): RowPicture | null {
  const { card, figures, between, state } = view;
  if (figures === null) return null;
  const { entry: chosen } = state.selection.now;
  const entry =
    chosen === KEY_BIAS
      ? { first: KEY_BIAS, last: KEY_BIAS, shareOfScore: figures.keyBias.shareOfScore }
      : (figures.entries.find(({ first, last }) => chosen >= first && chosen <= last) ?? figures.entries[0]);
  if (entry === undefined) return null;
  const maps = mapsOf(figures, card, entry);
  const ends: readonly End[] = maps.count > 1 ? [1] : [1, -1];
  const panes = ends.map((end): Pane => {
    const overlay = { query: maps.query, key: maps.key, end, scale: maps.scale };
    const reach = reachWords(maps.query === null ? null : reachAt(maps.query, end), reachAt(maps.key, end));
    const name =
      maps.count > 1 ? 'lengths' : maps.query === null ? keyBiasEndWords(end) : `${end > 0 ? '+' : '\u2212'} end`;
    return {
      paint: modesPaint(card, overlay, between, null, state.view.opacity),
      lines: linesOf(overlay, between),
      caption: `${name}  ${reach}`,
    };
  });
  const title = `${placeName(view.layer.index, view.head.index)} ${entryName(entry)} on ${card.name}`;
  const remark = `${shareWords(entry.shareOfScore)} of the score \u00b7 red: query, cyan: key, ${scaleWords(maps)}`;
  return panesPicture({ card, title, remark, panes }, theme);
}

function attentionPicture(view: ImageView, theme: ChartTheme): RowPicture | null {
  const { card, token, between, state } = view;
  const attention = view.attention === null ? null : headAttention(card, view.attention, view.head.index);
  if (attention === null) return null;
  const paint = attentionPaint(card, attention.patches, attention.peak, between, state.view.opacity);
  const title = `${tokenWords(card, token)} of ${card.name} attends to`;
  const remark = `${placeName(view.layer.index, view.head.index)} \u00b7 up to ${timesEven(attention.peak, attention.even)} even`;
  return panesPicture({ card, title, remark, panes: [{ paint, lines: null, caption: '' }] }, theme);
}

const KEYS = {
  'without-prefix': 'without prefix tokens',
  'without-prefix-and-self': 'without prefix tokens and self',
  all: 'all keys',
} as const;

async function preferenceOf(view: ImageView, theme: ChartTheme): Promise<RowPicture | null> {
  const { state, card } = view;
  const { mask, preference } = state.image;
  const layers = preference[state.view.keys];
  if (mask === null || layers === undefined) return null;
  const depth = state.run?.layers.length ?? 0;
  const { changed, changedPreference } = state.image;
  const after = changed === null ? null : (changedPreference[state.view.keys] ?? []);
  const views = (['target', 'other'] as const).flatMap(
    (asking) => preferenceView(layers, mask, asking, depth, after) ?? [],
  );
  if (views.length === 0) return null;
  const facts = [
    KEYS[state.view.keys],
    mask.name,
    ...(changed === null ? [] : [`rings: ${changeWords(changed.change)}`]),
  ];
  const words = { title: `Object preference on ${card.name}`, remark: facts.join(' \u00b7 ') };
  const picture = preferencePicture(views, words, theme);
  return { svg: await pictureSvg(picture), width: picture.width, height: picture.height };
}

async function promptingOf({ card, state: { image } }: ImageView, theme: ChartTheme): Promise<RowPicture | null> {
  const { changed, promptCurve } = image;
  if (changed === null || promptCurve.length === 0) return null;
  const remark = `${changeWords(changed.change)} \u00b7 shaded: the same prompt shifted around the picture, 5 to 95 %`;
  const picture = promptCurvePicture(promptCurve, { title: `Strength of a prompt on ${card.name}`, remark }, theme);
  return { svg: await pictureSvg(picture), width: picture.width, height: picture.height };
}

function offObjectOf({ card, between, state }: ImageView, theme: ChartTheme): RowPicture | null {
  const figures = state.image.offObject?.figures ?? null;
  if (figures === null) return null;
  const paint = offObjectPaint(card, figures, between, state.view.opacity);
  const title = `Relevance off the object on ${card.name}`;
  const [remark = ''] = offObjectSentences(figures);
  const caption = 'dashed: the object, numbered: candidates off it';
  return panesPicture({ card, title, remark, panes: [{ paint, lines: null, caption }] }, theme);
}

interface Pane {
  readonly paint: Paint;
  /** Drawn as lines, not as pixels. */
  readonly lines: Lines | null;
  readonly caption: string;
}

/** Maps side by side under a title, the pixels as PNG and all else as lines and text. */
function panesPicture(
  of: { readonly card: ImageCard; readonly title: string; readonly remark: string; readonly panes: readonly Pane[] },
  theme: ChartTheme,
): RowPicture {
  const [rows, columns] = of.card.inputSize;
  const scale = SIDE / Math.max(rows, columns);
  const [across, down] = [Math.round(columns * scale), Math.round(rows * scale)];
  const top = MARGIN + 40;
  const width = Math.max(MARGIN + of.panes.length * (across + MARGIN), 460);
  const height = top + down + 24 + MARGIN / 2;
  const text = (x: number, y: number, words: string, size: number, look: string): string =>
    `<text x="${x}" y="${y}" font-size="${size}" ${look}>${escaped(words)}</text>`;
  const parts = of.panes.map(({ paint, lines, caption }, index) => {
    const x = MARGIN + index * (across + MARGIN);
    const canvas = canvasOf(across * DENSE, down * DENSE);
    paint(contextOf(canvas), canvas.width, canvas.height);
    const image = `<image width="${across}" height="${down}" href="${canvas.toDataURL('image/png')}"/>`;
    const drawn = lines === null ? '' : linePaths(of.card, lines, across, down);
    const words = text(0, down + 16, caption, 11, `fill="${theme.muted}"`);
    return `<g transform="translate(${x} ${top})">${image}${drawn}${words}</g>`;
  });
  const svg = [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${escaped(theme.fontFamily)}">`,
    `<title>${escaped(`${of.title}: ${of.remark}`)}</title>`,
    `<rect width="${width}" height="${height}" fill="${theme.ground}"/>`,
    text(MARGIN, MARGIN + 10, of.title, 13, `font-weight="600" fill="${theme.foreground}"`),
    text(MARGIN, MARGIN + 27, of.remark, 11, `fill="${theme.muted}"`),
    ...parts,
    '</svg>',
  ].join('');
  return { svg, width, height };
}

function linePaths({ grid: [rows, columns] }: ImageCard, lines: Lines, across: number, down: number): string {
  const unit = across / CONTOUR_UNIT;
  const path = (contours: readonly Contour[]): string =>
    contours
      .map((contour) => {
        const points: string[] = [];
        for (let i = 0; i + 1 < contour.length; i += 2) {
          const [x, y] = [((contour[i] ?? 0) * across) / columns, ((contour[i + 1] ?? 0) * down) / rows];
          points.push(`${x.toFixed(2)} ${y.toFixed(2)}`);
        }
        return points.length === 0 ? '' : `M${points.join('L')}`;
      })
      .join('');
  return (['key', 'query'] as const)
    .flatMap((kind) =>
      [CONTOURS.halo, CONTOURS[kind]].map((look) => {
        const dash =
          look.dash.length === 0 ? '' : ` stroke-dasharray="${look.dash.map((length) => length * unit).join(' ')}"`;
        return `<path d="${path(lines[kind])}" fill="none" stroke="${look.colour}" stroke-width="${look.width * unit}"${dash}/>`;
      }),
    )
    .join('');
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(words: string): string {
  return words.replace(/[&<>"]/g, (sign) => ESCAPES[sign] ?? '');
}
