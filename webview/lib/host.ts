import { isToPanel } from '../../src/protocol/is-to-panel.js';
import type { FromPanel, ToPanel } from '../../src/protocol/panel.js';

/** Who answers the panel: the extension host, or the page itself when it stands alone. */
export interface PanelHost {
  send(message: FromPanel): void;
  /** Tells every message from now on. */
  onMessage(listener: (message: ToPanel) => void): void;
  /** What was saved before the page was hidden or reloaded; anything at all. */
  load(): unknown;
  save(state: object): void;
}

interface VsCodeApi {
  postMessage(message: FromPanel): void;
  getState(): unknown;
  setState(state: object): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** The extension host; the API object stays in this closure, out of reach of anything in the page. */
export function vsCodeHost(): PanelHost {
  const api = acquireVsCodeApi();
  return {
    send: (message) => {
      api.postMessage(message);
    },
    onMessage: (listener) => {
      window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
        if (isToPanel(data)) listener(data);
      });
    },
    load: () => api.getState(),
    save: (state) => {
      api.setState(state);
    },
  };
}
