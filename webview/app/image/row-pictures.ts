import * as l10n from '@vscode/l10n';
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
      maps.count > 1
        ? 'lengths'
        : maps.query === null
          ? keyBiasEndWords(end)
          : l10n.t('{0} end', end > 0 ? '+' : '\u2212');
    return {
      paint: modesPaint(card, overlay, between, null, state.view.opacity),
      lines: linesOf(overlay, between),
      caption: `${name}  ${reach}`,
    };
  });
  const title = l10n.t('{0} {1} on {2}', placeName(view.layer.index, view.head.index), entryName(entry), card.name);
  const remark = l10n.t(
    '{0} of the score · red: query, cyan: key, {1}',
    shareWords(entry.shareOfScore),
    scaleWords(maps),
  );
  return panesPicture({ card, title, remark, panes }, theme);
}

function attentionPicture(view: ImageView, theme: ChartTheme): RowPicture | null {
  const { card, token, between, state } = view;
  const attention = view.attention === null ? null : headAttention(card, view.attention, view.head.index);
  if (attention === null) return null;
  const paint = attentionPaint(card, attention.patches, attention.peak, between, state.view.opacity);
  const title = l10n.t('{0} of {1} attends to', tokenWords(card, token), card.name);
  const remark = l10n.t(
    '{0} · up to {1} even',
    placeName(view.layer.index, view.head.index),
    timesEven(attention.peak, attention.even),
  );
  return panesPicture({ card, title, remark, panes: [{ paint, lines: null, caption: '' }] }, theme);
}

const KEYS = {
  'without-prefix': l10n.t('without prefix tokens'),
  'without-prefix-and-self': l10n.t('without prefix tokens and self'),
  all: l10n.t('all keys'),
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
    ...(changed === null ? [] : [l10n.t('rings: {0}', changeWords(changed.change))]),
  ];
  const words = { title: l10n.t('Object preference on {0}', card.name), remark: facts.join(' \u00b7 ') };
  const picture = preferencePicture(views, words, theme);
  return { svg: await pictureSvg(picture), width: picture.width, height: picture.height };
}

async function promptingOf({ card, state: { image } }: ImageView, theme: ChartTheme): Promise<RowPicture | null> {
  const { changed, promptCurve } = image;
  if (changed === null || promptCurve.length === 0) return null;
  const remark = l10n.t(
    '{0} · shaded: the same prompt shifted around the picture, 5 to 95 %',
    changeWords(changed.change),
  );
  const picture = promptCurvePicture(
    promptCurve,
    { title: l10n.t('Strength of a prompt on {0}', card.name), remark },
    theme,
  );
  return { svg: await pictureSvg(picture), width: picture.width, height: picture.height };
}

function offObjectOf({ card, between, state }: ImageView, theme: ChartTheme): RowPicture | null {
  const figures = state.image.offObject?.figures ?? null;
  if (figures === null) return null;
  const paint = offObjectPaint(card, figures, between, state.view.opacity);
  const title = l10n.t('Relevance off the object on {0}', card.name);
  const [remark = ''] = offObjectSentences(figures);
  const caption = l10n.t('dashed: the object, numbered: candidates off it');
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
    l10n.t('<text x="{0}" y="{1}" font-size="{2}" {3}>{4}</text>', x, y, size, look, escaped(words));
  const parts = of.panes.map(({ paint, lines, caption }, index) => {
    const x = MARGIN + index * (across + MARGIN);
    const canvas = canvasOf(across * DENSE, down * DENSE);
    paint(contextOf(canvas), canvas.width, canvas.height);
    const image = `<image width="${across}" height="${down}" href="${canvas.toDataURL('image/png')}"/>`;
    const drawn = lines === null ? '' : linePaths(of.card, lines, across, down);
    const words = text(0, down + 16, caption, 11, l10n.t('fill="{0}"', theme.muted));
    return l10n.t('<g transform="translate({0} {1})">{2}{3}{4}</g>', x, top, image, drawn, words);
  });
  const svg = [
    l10n.t(
      '<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{1}" viewBox="0 0 {2} {3}" font-family="{4}">',
      width,
      height,
      width,
      height,
      escaped(theme.fontFamily),
    ),
    l10n.t('<title>{0}</title>', escaped(`${of.title}: ${of.remark}`)),
    l10n.t('<rect width="{0}" height="{1}" fill="{2}"/>', width, height, theme.ground),
    text(MARGIN, MARGIN + 10, of.title, 13, l10n.t('font-weight="600" fill="{0}"', theme.foreground)),
    text(MARGIN, MARGIN + 27, of.remark, 11, l10n.t('fill="{0}"', theme.muted)),
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
        return l10n.t(
          '<path d="{0}" fill="none" stroke="{1}" stroke-width="{2}"{3}/>',
          path(lines[kind]),
          look.colour,
          look.width * unit,
          dash,
        );
      }),
    )
    .join('');
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(words: string): string {
  return words.replace(/[&<>"]/g, (sign) => ESCAPES[sign] ?? '');
}
