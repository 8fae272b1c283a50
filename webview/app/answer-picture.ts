import type { ChartTheme } from '../../src/core/charts/chart-theme.js';
import { headPicture, layersPicture, type ChartPicture } from '../../src/core/charts/pictures.js';
import type { Picture, ToPanel } from '../../src/protocol/panel.js';
import { pictureSvg } from '../lib/charts.js';
import type { PanelHost } from '../lib/host.js';
import { svgToPng } from '../lib/png.js';
import type { PanelState } from '../state/panel-state.js';
import { modelFacts } from './Header.js';

type PictureRequest = Extract<ToPanel, { type: 'request-picture' }>;

/** Sends a picture of what is shown; both parts are null when there is nothing to draw or the browser cannot. */
export async function answerPicture(
  host: PanelHost,
  { id, picture, as }: PictureRequest,
  state: PanelState,
  theme: ChartTheme,
): Promise<void> {
  try {
    const drawn = currentPicture(state, picture, theme);
    const svg = drawn === null ? null : await pictureSvg(drawn);
    const png = svg === null || drawn === null || as === 'svg' ? null : await svgToPng(svg, drawn.width, drawn.height);
    host.send({ type: 'picture', id, svg: as === 'svg' ? svg : null, png });
  } catch (error) {
    host.send({ type: 'error', message: `The picture could not be drawn: ${String(error)}`.slice(0, 2000) });
    host.send({ type: 'picture', id, svg: null, png: null });
  }
}

/** The picture of the layers, or of the selected head. */
export function currentPicture(state: PanelState, picture: Picture, theme: ChartTheme): ChartPicture | null {
  const { run, file } = state;
  const card = file?.models.find(({ name }) => name === run?.focus.model);
  if (run === null || file === null || card === undefined) return null;
  const remark = [...modelFacts(card), `${run.focus.basis} basis`, file.fileName].join(' \u00b7 ');
  const { layer, head, entry } = state.selection.now;
  const words = { title: card.title, remark };
  if (picture === 'layers') return layersPicture({ layers: run.layers, words }, theme);
  const row = layer === null ? null : run.layers[layer];
  if (row === null || row === undefined || head === null) return null;
  return headPicture({ layer: row, head, chosen: entry, words }, theme);
}
