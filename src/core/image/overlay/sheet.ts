import { type Contour, CONTOUR_UNIT, CONTOURS } from './contours.js';

/** A picture on a sheet. */
export interface Tile {
  /** Under it. */
  readonly caption: string;
  /** Its pixels as a data address. */
  readonly address: string;
  readonly contours: readonly { readonly line: 'query' | 'key'; readonly lines: readonly Contour[] }[];
  /** The patch that asks, by row and column; null for none. */
  readonly patch: readonly [row: number, column: number] | null;
}

/** Pictures in rows, all of one size, with words and a chart. */
export interface Sheet {
  readonly title: string;
  /** Lines under the title. */
  readonly remarks: readonly string[];
  readonly rows: readonly { readonly name: string; readonly tiles: readonly Tile[] }[];
  /** Size of each picture in pixels, [height, width]. */
  readonly size: readonly [height: number, width: number];
  /** Rows and columns of patches. */
  readonly grid: readonly [rows: number, columns: number];
  /** An SVG that stands under them; null for none. */
  readonly chart: { readonly svg: string; readonly width: number; readonly height: number } | null;
}

const MARGIN = 16;
const GAP = 8;
const LINE = 16;
const CAPTION = 15;
const GROUND = '#ffffff';
const TEXT = '#1f1f1f';
const MUTED = '#5f5f5f';

/** The sheet as the text of an SVG file; its pictures are inside. */
export function sheetSvg({ title, remarks, rows, size, grid, chart }: Sheet): string {
  const [height, width] = size;
  const names = rows.some(({ name }) => name !== '') ? 64 : 0;
  const columns = Math.max(0, ...rows.map(({ tiles }) => tiles.length));
  const head = MARGIN + LINE * (1 + remarks.length) + GAP;
  const step = height + CAPTION + GAP;
  const tilesWidth = names + columns * (width + GAP) - GAP;
  const fullWidth = Math.max(tilesWidth, chart?.width ?? 0, 480) + 2 * MARGIN;
  const fullHeight = head + rows.length * step + (chart?.height ?? 0) + MARGIN;
  const body = [
    text(MARGIN, MARGIN + 11, title, { bold: true }),
    ...remarks.map((line, index) => text(MARGIN, MARGIN + 11 + LINE * (index + 1), line, { size: 11, fill: MUTED })),
    ...rows.flatMap(({ name, tiles }, row) => {
      const y = head + row * step;
      return [
        name === '' ? '' : text(MARGIN, y + height / 2 + 4, name, { size: 12 }),
        ...tiles.map((tile, column) => tileSvg(tile, MARGIN + names + column * (width + GAP), y, size, grid)),
      ];
    }),
    chart === null
      ? ''
      : `<svg x="${MARGIN}" y="${head + rows.length * step}" width="${chart.width}" height="${chart.height}">${chart.svg}</svg>`,
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${fullWidth}" height="${fullHeight}" viewBox="0 0 ${fullWidth} ${fullHeight}" font-family="sans-serif">`,
    `<title>${escaped(title)}</title><rect width="100%" height="100%" fill="${GROUND}"/>`,
    ...body.filter((part) => part !== ''),
    '</svg>\n',
  ].join('\n');
}

function tileSvg(
  { caption, address, contours, patch }: Tile,
  x: number,
  y: number,
  [height, width]: Sheet['size'],
  [rows, columns]: Sheet['grid'],
): string {
  const unit = width / CONTOUR_UNIT;
  const [across, down] = [width / columns, height / rows];
  const lines = contours.flatMap(({ line, lines: all }) => {
    const path = all.map((points) => pathOf(points, across, down)).join('');
    return path === '' ? [] : [stroke(path, CONTOURS.halo, unit), stroke(path, CONTOURS[line], unit)];
  });
  const box =
    patch === null
      ? []
      : ['#000000', '#ffffff'].map(
          (colour, n) =>
            `<rect x="${patch[1] * across}" y="${patch[0] * down}" width="${across}" height="${down}" fill="none" stroke="${colour}" stroke-width="${n === 0 ? 3 : 1.5}"/>`,
        );
  return [
    `<g transform="translate(${x} ${y})"><image width="${width}" height="${height}" href="${address}"/>`,
    ...lines,
    ...box,
    text(0, height + 11, caption, { size: 11 }),
    '</g>',
  ].join('');
}

function pathOf(points: Contour, across: number, down: number): string {
  const places: string[] = [];
  for (let i = 0; i + 1 < points.length; i += 2) {
    places.push(`${((points[i] ?? 0) * across).toFixed(2)} ${((points[i + 1] ?? 0) * down).toFixed(2)}`);
  }
  return `M${places.join('L')}`;
}

function stroke(
  path: string,
  { colour, width, dash }: (typeof CONTOURS)['halo' | 'key' | 'query'],
  unit: number,
): string {
  const dashes = dash.length === 0 ? '' : ` stroke-dasharray="${dash.map((each) => each * unit).join(' ')}"`;
  return `<path d="${path}" fill="none" stroke="${colour}" stroke-width="${width * unit}" stroke-linejoin="round"${dashes}/>`;
}

function text(x: number, y: number, words: string, { size = 13, fill = TEXT, bold = false } = {}): string {
  const weight = bold ? ' font-weight="600"' : '';
  return `<text x="${x}" y="${y}" font-size="${size}" fill="${fill}"${weight}>${escaped(words)}</text>`;
}

const SIGNS: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Names out of files may hold anything; what XML forbids becomes a question mark. */
function escaped(words: string): string {
  return words
    .replaceAll(/[&<>"]/gu, (sign) => SIGNS[sign] ?? '')
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '?');
}
