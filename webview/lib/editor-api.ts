import { PANEL_PROTOCOL, type FromPanel } from '../../src/protocol/panel.js';

/**
 * The host posts before the page has loaded, and the editor keeps that for it, but for what comes while no page is on show at all. Without the
 * beginning by then, which is a file or a problem, all is asked for a second time.
 */
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
  let begun = false;
  let hear: (data: unknown) => void = (data) => early.push(data);
  window.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
    begun ||= isBeginning(data);
    hear(data);
  });
  const ready = (): void => {
    api.postMessage({ type: 'ready', protocol: PANEL_PROTOCOL });
  };
  ready();
  setTimeout(() => {
    if (!begun) ready();
  }, ASK_AGAIN_MS);
  return {
    api,
    listen: (listener) => {
      hear = listener;
      for (const data of early.splice(0)) listener(data);
    },
  };
}

function isBeginning(data: unknown): boolean {
  if (typeof data !== 'object' || data === null || !('type' in data)) return false;
  return data.type === 'file' || data.type === 'problem';
}
