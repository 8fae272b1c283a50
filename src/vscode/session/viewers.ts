import type { Focus, ToPanel } from '../../protocol/panel.js';
import { findModel, type Opened } from './opened.js';

/** A panel, as its session sees it. */
export interface PanelPort {
  post(message: ToPanel): void;
}

/**
 * Where a panel's page stands. What is posted to a `filled` one, which was given its content, is kept by the editor until it has loaded; one that
 * went out of sight is gone until it has loaded again.
 */
export type Page = 'empty' | 'filled' | 'loaded' | 'gone';

/** A page that does not load keeps nobody waiting for longer. */
const LOAD_LIMIT_MS = 1_000;

/** A panel with what it looks at. */
export interface Viewer {
  readonly port: PanelPort;
  page: Page;
  /** Null until something is shown. */
  focus: Focus | null;
}

/** The panels of one checkpoint; each has a focus of its own. */
export class Viewers {
  readonly #viewers = new Map<PanelPort, Viewer>();
  #waiting: (() => void)[] = [];

  get all(): readonly Viewer[] {
    return [...this.#viewers.values()];
  }

  get(port: PanelPort): Viewer | undefined {
    return this.#viewers.get(port);
  }

  add(port: PanelPort): void {
    this.#viewers.set(port, { port, page: 'empty', focus: null });
  }

  delete(port: PanelPort): void {
    this.#viewers.delete(port);
    this.#tellLoaded();
  }

  clear(): void {
    this.#viewers.clear();
    this.#tellLoaded();
  }

  /** Notes where a panel's page stands now. */
  turn(viewer: Viewer, page: Page): void {
    viewer.page = page;
    this.#tellLoaded();
  }

  /** Settles when no page is loading, or one takes too long. */
  pagesLoaded(): Promise<void> {
    if (!this.#loading) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, LOAD_LIMIT_MS);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** Looks at what is there: a panel whose model is not in the file looks at `first`. */
  settle(opened: Opened, first: Focus): void {
    for (const viewer of this.all) {
      const stays = viewer.focus !== null && findModel(opened, viewer.focus.model) !== undefined;
      if (!stays) viewer.focus = first;
    }
  }

  /** Posts to the panels that hear. */
  post(message: ToPanel): void {
    for (const viewer of this.all) if (hears(viewer)) viewer.port.post(message);
  }

  /** Posts to those of them that look at the same model and basis. */
  postTo(focus: Focus, message: ToPanel): void {
    for (const viewer of this.all)
      if (hears(viewer) && focusKey(viewer.focus) === focusKey(focus)) viewer.port.post(message);
  }

  get #loading(): boolean {
    return this.all.some(({ page }) => page === 'empty' || page === 'filled');
  }

  #tellLoaded(): void {
    if (this.#loading) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const tell of waiting) tell();
  }
}

/** Whether what is posted to a panel reaches its page. */
export function hears(viewer: Viewer | undefined): boolean {
  return viewer?.page === 'filled' || viewer?.page === 'loaded';
}

/** The same text for the same model in the same basis. */
export function focusKey(focus: Focus | null): string {
  return focus === null ? '' : `${focus.basis} ${focus.model}`;
}
