import type { Basis } from '../../src/core/analysis/figures.js';
import type { KeyVariant } from '../../src/core/analysis/image/patch-attention.js';
import type { FileCard, FileNote, Focus, ProblemPage, ToPanel } from '../../src/protocol/panel.js';
import { isImageMessage } from '../../src/protocol/is-to-panel.js';
import { afterImageMessage, headKey, type ImageFigures } from './image-state.js';
import { withDistances, type Distances } from './distances.js';
import { advance, sameFocus, type Run } from './run.js';
import {
  firstHead,
  headChange,
  select,
  steppedHead,
  undo,
  type Selection,
  type SelectionHistory,
} from './selection.js';

/** How the views stand; kept, but not undone. */
export interface ViewChoices {
  /** Each column of the map in order of its values. */
  readonly sorted: boolean;
  readonly layersAsTable: boolean;
  readonly headAsTable: boolean;
  /** How much of the picture the colours of the maps cover, 0..1. */
  readonly opacity: number;
  /** Attention of all heads on one scale, instead of each to its own peak. */
  readonly commonScale: boolean;
  /** The patch view shows attention rolled out over all layers. */
  readonly rollout: boolean;
  /** Keys that count in object preference. */
  readonly keys: KeyVariant;
  /** The figures over distance of the selected head are shown, and asked for. */
  readonly overDistance: boolean;
}

/** Parts of the selected head to be taken out for another run. */
export interface Ticks {
  readonly modes: readonly number[];
  readonly keyBias: boolean;
}

export const NO_TICKS: Ticks = { modes: [], keyBias: false };

/** All that the panel knows. */
export interface PanelState {
  readonly file: FileCard | null;
  /** What the host's figures are about. */
  readonly focus: Focus | null;
  readonly run: Run | null;
  readonly problem: ProblemPage | null;
  readonly note: FileNote | null;
  readonly selection: SelectionHistory;
  readonly view: ViewChoices;
  /** The notes of what was assumed are open; null while nobody chose. */
  readonly assumptionsOpen: boolean | null;
  readonly image: ImageFigures;
  /** Figures over distance of heads that they were asked for. */
  readonly distances: Distances;
  /** Of the selected head; nothing is ticked in another one. */
  readonly ticks: Ticks;
  /** Raised whenever the host asks for a tab, which is then scrolled to. */
  readonly tabAsked: number;
}

/** What changes the panel: messages of the host, and what the person does. */
export type PanelAction =
  | { readonly type: 'messages'; readonly messages: readonly ToPanel[] }
  | { readonly type: 'head'; readonly layer: number; readonly head: number }
  | { readonly type: 'layer'; readonly layer: number }
  | { readonly type: 'step-head'; readonly step: 1 | -1 }
  | { readonly type: 'entry'; readonly entry: number }
  | { readonly type: 'more' }
  | { readonly type: 'patch'; readonly token: number }
  | { readonly type: 'look'; readonly change: Partial<Pick<Selection, 'tab' | 'apart' | 'patches'>> }
  | { readonly type: 'tick'; readonly ticks: Ticks }
  | { readonly type: 'basis'; readonly basis: Basis }
  | { readonly type: 'model'; readonly model: string }
  | { readonly type: 'undo' }
  | { readonly type: 'view'; readonly change: Partial<ViewChoices> }
  | { readonly type: 'assumptions'; readonly open: boolean };

/** Nothing selected. */
export const NO_SELECTION: Selection = {
  model: '',
  basis: 'folded',
  layer: null,
  head: null,
  entry: 0,
  more: false,
  patch: null,
  tab: 'heads',
  apart: false,
  patches: false,
};

/** The panel after an action. */
export function reduce(state: PanelState, action: PanelAction): PanelState {
  switch (action.type) {
    case 'messages':
      return action.messages.reduce(afterMessage, state);
    case 'head':
      return selectHead(state, action.layer, action.head);
    case 'layer':
      return selectHead(state, action.layer, state.selection.now.head ?? 0);
    case 'step-head': {
      const next = state.run === null ? null : steppedHead(state.run.layers, state.selection.now, action.step);
      return next === null ? state : selectHead(state, next.layer, next.head);
    }
    case 'entry':
      return selected(state, { entry: action.entry });
    case 'more':
      return selected(state, { more: !state.selection.now.more });
    case 'basis':
      return selected(state, { basis: action.basis });
    case 'model':
      return selected(state, { model: action.model });
    case 'patch':
      return selected(state, { patch: action.token });
    case 'look':
      return selected(state, action.change);
    case 'tick':
      return { ...state, ticks: action.ticks };
    case 'undo':
      return withTicks(state, { ...state, selection: undo(state.selection) });
    case 'view':
      return { ...state, view: { ...state.view, ...action.change } };
    case 'assumptions':
      return { ...state, assumptionsOpen: action.open };
  }
}

function selected(state: PanelState, change: Partial<Selection>): PanelState {
  return withTicks(state, { ...state, selection: select(state.selection, change) });
}

/** Ticks are about one head in one basis. */
function withTicks(before: PanelState, after: PanelState): PanelState {
  const [one, other] = [before.selection.now, after.selection.now];
  const same = one.layer === other.layer && one.head === other.head && one.basis === other.basis;
  return same || after.ticks === NO_TICKS ? after : { ...after, ticks: NO_TICKS };
}

/** Selects a head of a layer that has it; a layer with fewer heads gives its last one. */
function selectHead(state: PanelState, layer: number, head: number): PanelState {
  const layers = state.run?.layers ?? [];
  const count = layers[layer]?.heads.length ?? 0;
  const known = count > 0 ? Math.min(head, count - 1) : head;
  const { now } = state.selection;
  const largest = state.image.heads.get(headKey(now.basis, layer, known))?.entries[0]?.first;
  return selected(state, headChange(layers, now, layer, known, largest));
}

function afterMessage(state: PanelState, message: ToPanel): PanelState {
  if (isImageMessage(message)) return { ...state, image: afterImageMessage(state.image, message) };
  switch (message.type) {
    case 'file':
      return {
        ...focused(outdated(state), message.focus, message.file),
        file: message.file,
        problem: null,
        distances: new Map(),
      };
    case 'start':
      return withFirstHead({
        ...focused(state, message.focus, state.file),
        run: advance(state.run, message),
        problem: null,
      });
    case 'layer':
    case 'progress':
    case 'done':
    case 'stopped':
      return withFirstHead({ ...state, run: advance(state.run, message) });
    case 'distances':
      return { ...state, distances: withDistances(state.distances, message) };
    case 'problem':
      return { ...state, problem: message.problem };
    case 'note':
      return { ...state, note: message.note };
    case 'select':
      return selectHead(state, message.layer, message.head);
    case 'show-tab':
      return { ...selected(state, { tab: message.tab }), tabAsked: state.tabAsked + 1 };
    case 'request-picture':
    case 'copy-picture':
      return state;
  }
}

/** A file that is told anew may have changed: figures stay until others come, but nothing is added to them. */
function outdated(state: PanelState): PanelState {
  return state.run === null ? state : { ...state, run: { ...state.run, outdated: true } };
}

/**
 * Follows the host to another model or basis. What the person asked for (or had before a reload) stays selected while
 * the host has not changed its focus, for its answer is still on the way.
 */
function focused(state: PanelState, focus: Focus, file: FileCard | null): PanelState {
  const { now } = state.selection;
  const model = file?.models.find(({ name }) => name === now.model);
  const restorable = state.focus === null && model !== undefined && (now.basis === 'raw' || model.hasNorm);
  if (restorable || sameFocus(state.focus, focus)) return { ...state, focus };
  return selected({ ...state, focus }, { model: focus.model, basis: focus.basis });
}

/** When no more layers will come, something is selected that is there. */
function withFirstHead(state: PanelState): PanelState {
  const { run } = state;
  if (run === null || run.phase === 'running') return state;
  const { layer, head } = state.selection.now;
  const there = layer !== null && head !== null && run.layers[layer]?.heads[head] !== undefined;
  const first = there ? null : firstHead(run.layers);
  if (first === null) return state;
  const now = { ...state.selection.now, ...first, entry: 0 };
  return { ...state, selection: { ...state.selection, now } };
}
