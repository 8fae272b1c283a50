import type { Focus, ToPanel } from '../../protocol/panel.js';
import { findModel, type Opened } from './opened.js';

/** A panel, as its session sees it. */
export interface PanelPort {
  post(message: ToPanel): void;
}

/** A panel with what it looks at. */
export interface Viewer {
  readonly port: PanelPort;
  /** Its page has loaded and hears messages. */
  ready: boolean;
  /** Null until something is shown. */
  focus: Focus | null;
}

/** The panels of one checkpoint; each has a focus of its own. */
export class Viewers {
  readonly #viewers = new Map<PanelPort, Viewer>();

  get all(): readonly Viewer[] {
    return [...this.#viewers.values()];
  }

  get(port: PanelPort): Viewer | undefined {
    return this.#viewers.get(port);
  }

  add(port: PanelPort): void {
    this.#viewers.set(port, { port, ready: false, focus: null });
  }

  delete(port: PanelPort): void {
    this.#viewers.delete(port);
  }

  clear(): void {
    this.#viewers.clear();
  }

  /** Looks at what is there: a panel whose model is not in the file looks at `first`. */
  settle(opened: Opened, first: Focus): void {
    for (const viewer of this.all) {
      const stays = viewer.focus !== null && findModel(opened, viewer.focus.model) !== undefined;
      if (!stays) viewer.focus = first;
    }
  }

  /** Posts to the panels whose page has loaded. */
  post(message: ToPanel): void {
    for (const { ready, port } of this.all) if (ready) port.post(message);
  }

  /** Posts to those of them that look at the same model and basis. */
  postTo(focus: Focus, message: ToPanel): void {
    for (const { ready, port, focus: own } of this.all)
      if (ready && focusKey(own) === focusKey(focus)) port.post(message);
  }
}

/** The same text for the same model in the same basis. */
export function focusKey(focus: Focus | null): string {
  return focus === null ? '' : `${focus.basis} ${focus.model}`;
}
