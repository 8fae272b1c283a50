import type { HeadFigures, LayerFigures } from '../../../src/core/analysis/figures.js';
import type { Between } from '../../../src/core/image/overlay/interpolate.js';
import type { AttentionRows, ChangedRows, HeadOnImage } from '../../../src/protocol/image.js';
import { headKey, rowKey } from '../../state/image-state.js';
import { askingInLayer, cardOfLayer, type LayerCard } from '../../state/layer-card.js';
import type { PanelState } from '../../state/panel-state.js';
import { askingToken } from '../../state/patches.js';

/** What the views of the image row are drawn from. */
export interface ImageView {
  readonly state: PanelState;
  /** The picture as the layer sees it. */
  readonly card: LayerCard;
  readonly layer: LayerFigures;
  readonly head: HeadFigures;
  /** The token of the layer that asks. */
  readonly token: number;
  readonly between: Between;
  /** Null until they are there. */
  readonly figures: HeadOnImage | null;
  readonly attention: AttentionRows | null;
  /** Of the changed model; null too where nothing is changed. */
  readonly changedAttention: ChangedRows | null;
}

/** The view of a picture and a head; null while one of them is missing. */
export function imageView(state: PanelState): ImageView | null {
  const { image, run, selection } = state;
  const { layer: at, head: index, patch, patches } = selection.now;
  const { card: picture } = image;
  const layer = at === null ? null : (run?.layers[at] ?? null);
  const head = index === null ? undefined : layer?.heads[index];
  if (picture === null || layer === null || head === undefined || run === null) return null;
  const card = cardOfLayer(picture, layer.index);
  const selected = askingToken(picture, patch);
  return {
    state,
    card,
    layer,
    head,
    token: askingInLayer(card, selected),
    between: patches ? 'patches' : 'smooth',
    figures: image.heads.get(headKey(run.focus.basis, layer.index, head.index)) ?? null,
    attention: image.attention.get(rowKey(layer.index, selected)) ?? null,
    changedAttention: image.changedAttention.get(rowKey(layer.index, selected)) ?? null,
  };
}
