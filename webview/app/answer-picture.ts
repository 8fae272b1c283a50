import * as l10n from '@vscode/l10n';
import type { ChartTheme } from '../../src/core/charts/chart-theme.js';
import { headPicture, layersPicture, type ChartPicture } from '../../src/core/charts/pictures.js';
import type { Picture, ToPanel } from '../../src/protocol/panel.js';
import { pictureSvg } from '../lib/charts.js';
import type { PanelHost } from '../lib/host.js';
import { svgToPng, svgToPngBlob } from '../lib/png.js';
import type { PanelState } from '../state/panel-state.js';
import { modelFacts } from './Header.js';
import type { LoadImageRow, RowPicture, RowPictureName } from './image-host.js';

type PictureRequest = Extract<ToPanel, { type: 'request-picture' }>;

/** What pictures are made of. */
interface Shown {
  readonly state: PanelState;
  readonly theme: ChartTheme;
  readonly loadRow: LoadImageRow | null;
}

/** Sends a picture of what is shown; both parts are null when there is nothing to draw or the browser cannot. */
export async function answerPicture(host: PanelHost, { id, picture, as }: PictureRequest, shown: Shown): Promise<void> {
  try {
    const drawn = await drawPicture(picture, shown);
    const png = drawn === null || as === 'svg' ? null : await svgToPng(drawn.svg, drawn.width, drawn.height);
    host.send({ type: 'picture', id, svg: as === 'svg' && drawn !== null ? drawn.svg : null, png });
  } catch (error) {
    host.send({ type: 'error', message: l10n.t('The picture could not be drawn: {0}', String(error)).slice(0, 2000) });
    host.send({ type: 'picture', id, svg: null, png: null });
  }
}

/** Puts a picture of what is shown on the clipboard, and tells whether that went well. */
export async function copyPicture(host: PanelHost, picture: Picture, shown: Shown): Promise<void> {
  const draw = async (): Promise<Blob> => {
    const drawn = await drawPicture(picture, shown);
    const png = drawn === null ? null : await svgToPngBlob(drawn.svg, drawn.width, drawn.height);
    if (png === null) throw new Error('there is nothing to draw yet');
    return png;
  };
  try {
    // The menu has taken the focus, without which a page may not write.
    window.focus();
    // Not awaited first: by the time that it is drawn, the click that allows this may be too long ago.
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': draw() })]);
    host.send({ type: 'picture-copied', picture, problem: null });
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    host.send({ type: 'picture-copied', picture, problem: problem.slice(0, 500) });
  }
}

async function drawPicture(picture: Picture, { state, theme, loadRow }: Shown): Promise<RowPicture | null> {
  if (isRowPicture(picture)) return loadRow === null ? null : (await loadRow()).rowPicture(state, picture, theme);
  const drawn = currentPicture(state, picture, theme);
  return drawn === null ? null : { svg: await pictureSvg(drawn), width: drawn.width, height: drawn.height };
}

function isRowPicture(picture: Picture): picture is RowPictureName {
  return picture !== 'layers' && picture !== 'head';
}

/** The picture of the layers, or of the selected head. */
export function currentPicture(
  state: PanelState,
  picture: Exclude<Picture, RowPictureName>,
  theme: ChartTheme,
): ChartPicture | null {
  const { run, file } = state;
  const card = file?.models.find(({ name }) => name === run?.focus.model);
  if (run === null || file === null || card === undefined) return null;
  const remark = [...modelFacts(card), l10n.t('{0} basis', run.focus.basis), file.fileName].join(' \u00b7 ');
  const { layer, head, entry } = state.selection.now;
  const words = { title: card.title, remark };
  if (picture === 'layers') return layersPicture({ layers: run.layers, words }, theme);
  const row = layer === null ? null : run.layers[layer];
  if (row === null || row === undefined || head === null) return null;
  return headPicture({ layer: row, head, chosen: entry, words }, theme);
}
