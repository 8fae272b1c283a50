import { FILE_THEMES } from '../../core/charts/chart-theme.js';
import { preferencePicture } from '../../core/charts/preference-picture.js';
import { fixed } from '../../core/text/numbers.js';
import { paintAttention } from '../../core/image/overlay/attention.js';
import type { Tile } from '../../core/image/overlay/sheet.js';
import { dataAddress } from '../../host/images/encode-png.js';
import type { LoadedModel } from '../../protocol/inference.js';
import { writeText } from '../output.js';
import { UsageError } from '../usage-error.js';
import type { AttentionOptions, LayerAttentionFigures } from './attention.js';
import { groundOf, type PictureFiles, writeSheet } from './picture-sheet.js';
import type { FolderResult } from '../../host/image-lab/preference-over-folder.js';
import { folderViews, pictureViews } from './preference-views.js';
import type { RunOnImage } from './run-on-image.js';

/** The token whose attention is drawn. */
export interface Asking {
  readonly token: number;
  readonly words: string;
  /** Row and column; null for a token that is no patch. */
  readonly patch: readonly [row: number, column: number] | null;
}

/** What it attends to in a layer, (tokens) in each head. */
export interface DrawnLayer {
  readonly layer: number;
  /** Rows and columns of its tokens. */
  readonly grid: readonly [rows: number, columns: number];
  /** Keys that a token may attend to; null: all tokens. */
  readonly keys: number | null;
  readonly heads: readonly { readonly index: number; readonly row: Float32Array }[];
}

/** Longer side of a picture; smaller where there are many. */
const SIDE = 224;
const SMALL_SIDE = 112;
const FEW = 8;

/** The token that was asked for, or the class token, or the patch in the middle. @throws UsageError where there is none such. */
export function askingToken(query: AttentionOptions['query'], { grid, prefixTokens }: LoadedModel): Asking {
  const [rows, columns] = grid;
  if (query === 'class' || (query === null && prefixTokens > 0)) {
    if (prefixTokens === 0) throw new UsageError('--query class: the model has no token in front of the patches');
    return { token: 0, words: 'the class token', patch: null };
  }
  const [row, column] = query ?? [Math.floor(rows / 2), Math.floor(columns / 2)];
  if (row >= rows || column >= columns) {
    throw new UsageError(`--query: the picture has patches 0,0 to ${rows - 1},${columns - 1}, no ${row},${column}`);
  }
  return {
    token: prefixTokens + row * columns + column,
    words: `the patch in row ${row}, column ${column}`,
    patch: [row, column],
  };
}

/** Draws what a token attends to in every head, and where there are labels the preference over depth. */
export async function drawAttention(
  files: PictureFiles,
  { input, loaded, model }: RunOnImage,
  { words, patch }: Asking,
  layers: readonly DrawnLayer[],
  figures: readonly LayerAttentionFigures[] | null,
): Promise<void> {
  const { grid, prefixTokens } = loaded;
  const [rows, columns] = grid;
  const count = layers.reduce((sum, { heads }) => sum + heads.length, 0);
  const ground = groundOf(input, grid, count > FEW ? SMALL_SIDE : SIDE);
  const file = files.png ?? files.svg ?? '';
  const windowed = layers.some(({ keys }) => keys !== null);
  const tile = async (head: number, row: Float32Array, { grid: own, keys }: DrawnLayer): Promise<Tile> => {
    const map = { rows: own[0], columns: own[1], values: row.slice(prefixTokens) };
    const largest = map.values.reduce((most, value) => Math.max(most, value), 0);
    const address = await dataAddress(paintAttention(ground, map, largest, 'smooth'), file);
    return { caption: `H${head} to ${fixed(largest * (keys ?? row.length), 0)}× even`, address, contours: [], patch };
  };
  const views = figures === null ? [] : pictureViews(figures);
  await writeSheet(
    {
      title: `${model.title}: what ${words} attends to`,
      remarks: [
        `Yellow: attention between patches, square root, from 0 to each head's largest; even is 1 in ${windowed ? 'the places of a window' : rows * columns + prefixTokens}.`,
        ...(windowed
          ? ['Tokens attend within windows, each layer in a grid of its own: nothing outside the window.']
          : []),
      ],
      rows: await Promise.all(
        layers.map(async (drawn) => ({
          name: `layer ${drawn.layer}`,
          tiles: await Promise.all(drawn.heads.map(({ index, row }) => tile(index, row, drawn))),
        })),
      ),
      size: [ground.height, ground.width],
      grid,
      chart:
        views.length === 0
          ? null
          : await chartOf(views, { title: 'Object preference', remark: 'times even attention; points are heads' }),
    },
    files,
  );
}

/** Draws preference over depth with its interval over pictures. */
export async function drawPreferenceCurves(file: string, title: string, result: FolderResult): Promise<void> {
  const remark = `mean over ${result.pictures.used.length} pictures; grey band: 95 % confidence of the same object; points are heads`;
  const { svg } = await chartOf(folderViews(result.layers), { title, remark });
  await writeText(file, svg);
}

async function chartOf(views: Parameters<typeof preferencePicture>[0], words: Parameters<typeof preferencePicture>[1]) {
  const picture = preferencePicture(views, words, FILE_THEMES.light);
  const { renderSvg } = await import('../../host/charts/render-svg.js');
  return { svg: renderSvg(picture), width: picture.width, height: picture.height };
}
