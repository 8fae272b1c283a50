import { PANEL_PROTOCOL, type FromPanel } from '../../src/protocol/panel.js';

/** The host posts before the page has loaded, and the editor keeps that for it. Should it be lost, the host sends all anew when asked a second time. */
const ASK_AGAIN_MS = 1_000;

/** What the editor gives a page. */
interface EditorApi {
  postMessage(message: FromPanel): void;
  getState(): unknown;
  setState(state: object): void;
}

declare function acquireVsCodeApi(): EditorApi;

/** The page's way to the extension host. */
export interface EditorChannel {
  readonly api: EditorApi;
  /** Hands over every message, unchecked; those first that came before anybody listened. */
  listen(listener: (data: unknown) => void): void;
}

/**
 * Tells the extension host that the page is there, and keeps what it answers until somebody listens.
 * A module of its own without others, so that a bundle can ask before it runs all the rest of it, which takes as long as the answer.
 */
export function openChannel(): EditorChannel {
  const api = acquireVsCodeApi();
  const early: unknown[] = [];
  let heard = false;
  let hear: (data: unknown) => void = (data) => early.push(data);
  window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    heard = true;
    hear(data);
  });
  const ready = (): void => {
    api.postMessage({ type: 'ready', protocol: PANEL_PROTOCOL });
  };
  ready();
  setTimeout(() => {
    if (!heard) ready();
  }, ASK_AGAIN_MS);
  return {
    api,
    listen: (listener) => {
      hear = listener;
      for (const data of early.splice(0)) listener(data);
    },
  };
}
