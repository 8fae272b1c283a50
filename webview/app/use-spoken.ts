import * as l10n from '@vscode/l10n';
import { useRef } from 'preact/hooks';
import { entryOf, headEntries } from '../../src/core/charts/head-entries.js';
import { cellLabel, entrySentence } from '../../src/core/charts/words.js';
import type { PanelState } from '../state/panel-state.js';
import { askingInLayer, cardOfLayer } from '../state/layer-card.js';
import { tokenWords } from '../state/patches.js';
import { KEY_BIAS } from '../state/selection.js';

/** The sentence for those who do not see the selection: after a step from patch to patch only where that went. */
export function useSpoken(state: PanelState): string {
  const last = useRef({ selection: '', patch: '', spoken: '' });
  last.current = nextSpoken(last.current, selectionSentence(state), patchSentence(state));
  return last.current.spoken;
}

/** What is said, and what it was about. */
export interface Spoken {
  readonly selection: string;
  readonly patch: string;
  readonly spoken: string;
}

/** What is said after a change; nothing new leaves the sentence that may just be read. */
export function nextSpoken(before: Spoken, selection: string, patch: string): Spoken {
  const spoken =
    selection !== before.selection ? selection : patch !== before.patch && before.patch !== '' ? patch : before.spoken;
  return { selection, patch, spoken };
}

/** The selected head and entry in one sentence. */
function selectionSentence({ run, selection, image }: PanelState): string {
  const { layer, head, entry } = selection.now;
  const row = layer === null ? null : run?.layers[layer];
  const figures = head === null ? undefined : row?.heads[head];
  if (row === null || row === undefined || figures === undefined) return '';
  const place = `${cellLabel(row.index, figures)}. `;
  if (figures.trouble !== null) return place;
  if (entry === KEY_BIAS && image.card !== null) return l10n.t('{0}Key bias, no part of any mode.', place);
  const chosen = entryOf(headEntries(figures, row.modeBand), entry);
  return chosen === null ? place : place + entrySentence(chosen);
}

/** Where the token that asks stands; nothing without a picture. */
function patchSentence({ image, selection }: PanelState): string {
  const { layer, patch } = selection.now;
  if (image.card === null) return '';
  const card = layer === null ? image.card : cardOfLayer(image.card, layer);
  return l10n.t('{0} asks.', tokenWords(card, askingInLayer(card, patch)));
}
