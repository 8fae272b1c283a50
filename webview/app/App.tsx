import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useReducer, useRef } from 'preact/hooks';
import { placeName } from '../../src/core/charts/format.js';
import type { Basis } from '../../src/core/analysis/figures.js';
import type { ToPanel } from '../../src/protocol/panel.js';
import type { PanelHost } from '../lib/host.js';
import { useTheme } from '../lib/theme.js';
import { TooltipLayer } from '../lib/tooltip.js';
import { reduce, type PanelState } from '../state/panel-state.js';
import { initialState, toSaved } from '../state/saved.js';
import { PanelContext } from './context.js';
import { answerPicture, copyPicture } from './answer-picture.js';
import { PanelBody } from './PanelBody.js';
import type { LoadImageRow } from './image-host.js';
import { useKeys } from './use-keys.js';
import { useSpoken } from './use-spoken.js';

/** What a page that stands alone has in place of the editor's own lists. */
export interface OwnControls {
  /** Bases that the page holds of a model. */
  bases(model: string): readonly Basis[];
  model(state: PanelState): ComponentChildren;
  export(state: PanelState): ComponentChildren;
}

/**
 * The whole panel over a host.
 * @param loadRow gives the code of the image row; null in a page that runs no models.
 */
export function App({
  host,
  own,
  loadRow,
}: {
  readonly host: PanelHost;
  readonly own: OwnControls | null;
  readonly loadRow: LoadImageRow | null;
}): JSX.Element {
  const theme = useTheme();
  const [state, dispatch] = useReducer(reduce, null, () => initialState(host.load()));
  const latest = useRef({ state, theme });
  latest.current = { state, theme };
  // Not a plain effect, which waits for a frame while the host's answer is there.
  useLayoutEffect(() => {
    const queue = messageQueue((messages) => {
      dispatch({ type: 'messages', messages });
    });
    host.connect((message) => {
      if (message.type === 'request-picture') void answerPicture(host, message, { ...latest.current, loadRow });
      else if (message.type === 'copy-picture') void copyPicture(host, message.picture, { ...latest.current, loadRow });
      else queue(message);
    });
  }, [host]);
  useFocusRequests(host, state);
  useSelectedPlace(host, state);
  useEffect(() => {
    host.save(toSaved(state));
  }, [host, state.selection.now, state.view]);
  useKeys(host, state, dispatch);
  const spoken = useSpoken(state);
  const panel = useMemo(() => ({ theme, host, dispatch }), [theme, host]);
  return (
    <PanelContext.Provider value={panel}>
      <TooltipLayer>
        <PanelBody state={state} own={own} loadRow={loadRow} />
        <div class="visually-hidden" role="status" aria-live="polite">
          {spoken}
        </div>
      </TooltipLayer>
    </PanelContext.Provider>
  );
}

/** Collects messages until the next frame: twelve layers out of a cache are one drawing, not twelve. The first layer does not wait. */
function messageQueue(flush: (messages: readonly ToPanel[]) => void): (message: ToPanel) => void {
  let waiting: ToPanel[] = [];
  let drawn = false;
  const empty = (): void => {
    const messages = waiting;
    waiting = [];
    if (messages.length > 0) flush(messages);
  };
  return (message) => {
    waiting.push(message);
    if (message.type === 'layer' && !drawn) {
      drawn = true;
      empty();
      return;
    }
    if (waiting.length > 1) return;
    // A hidden page has no frames.
    if (document.visibilityState === 'visible') requestAnimationFrame(empty);
    else setTimeout(empty);
  };
}

/** Asks the host for the model and the basis that are selected when its figures are about others. */
function useFocusRequests(host: PanelHost, { file, focus, selection }: PanelState): void {
  const { model, basis } = selection.now;
  useEffect(() => {
    if (file === null || focus === null) return;
    if (model !== focus.model && file.models.some(({ name }) => name === model)) host.send({ type: 'model', model });
    else if (basis !== focus.basis) host.send({ type: 'basis', basis });
  }, [host, file, focus?.model, focus?.basis, model, basis]);
}

/** Tells the host which head is selected, for the tree and the status bar. */
function useSelectedPlace(host: PanelHost, { run, selection }: PanelState): void {
  const { layer, head } = selection.now;
  const there = layer !== null && head !== null && run?.layers[layer]?.heads[head] !== undefined;
  useEffect(() => {
    if (there) host.send({ type: 'selected', layer, head, label: placeName(layer, head) });
  }, [host, layer, head, there]);
}
