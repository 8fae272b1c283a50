import { isToPanel } from '../../src/protocol/is-to-panel.js';
import type { FromPanel, ToPanel } from '../../src/protocol/panel.js';
import type { EditorChannel } from './editor-api.js';

/** Who answers the panel: the extension host, or the page itself when it stands alone. */
export interface PanelHost {
  send(message: FromPanel): void;
  /** Tells all that there is to show, and every message from then on. */
  connect(listener: (message: ToPanel) => void): void;
  /** What was saved before the page was hidden or reloaded; anything at all. */
  load(): unknown;
  save(state: object): void;
}

/** The extension host; what it says is checked. */
export function vsCodeHost(channel: EditorChannel): PanelHost {
  const { api } = channel;
  return {
    send: (message) => {
      api.postMessage(message);
    },
    connect: (listener) => {
      channel.listen((data) => {
        if (isToPanel(data)) listener(data);
      });
    },
    load: () => api.getState(),
    save: (state) => {
      api.setState(state);
    },
  };
}
