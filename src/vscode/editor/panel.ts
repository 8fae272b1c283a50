import type * as vscode from 'vscode';
import type { FromPanel, Picture, ToPanel } from '../../protocol/panel.js';
import type { Session } from '../session/session.js';
import type { PanelPort } from '../session/viewers.js';

/** A picture as the panel drew it. */
export type DrawnPicture = { readonly svg: string } | { readonly png: Uint8Array };

/** Drawing takes a fraction of this; a panel that is hidden meanwhile never answers. */
const PICTURE_TIMEOUT_MS = 15_000;

/** The head that a panel has selected. */
export interface Selection {
  readonly layer: number;
  readonly head: number;
  /** One sentence on it. */
  readonly label: string;
}

/** One editor tab that shows a checkpoint. */
export class Panel implements PanelPort {
  readonly #webview: vscode.WebviewPanel;
  readonly #drawings = new Map<number, (picture: DrawnPicture | null) => void>();
  #nextDrawing = 1;
  #loaded = false;
  #waiting: readonly ToPanel[] = [];
  #selection: Selection | null = null;

  constructor(
    readonly uri: vscode.Uri,
    readonly session: Session,
    webview: vscode.WebviewPanel,
  ) {
    this.#webview = webview;
  }

  get selection(): Selection | null {
    return this.#selection;
  }

  get isActive(): boolean {
    return this.#webview.active;
  }

  post(message: ToPanel): void {
    void this.#webview.webview.postMessage(message);
  }

  /** Brings the tab to the front; the focus stays where it is. */
  reveal(): void {
    this.#webview.reveal(this.#webview.viewColumn, true);
  }

  /** Selects a head, as soon as the page can. */
  select(layer: number, head: number): void {
    this.#postSoon({ type: 'select', layer, head });
  }

  /** Shows a tab under the image row, as soon as the page can. */
  showTab(tab: 'keypoints'): void {
    this.#postSoon({ type: 'show-tab', tab });
  }

  /** The page was given its content, and will load. */
  filled(): void {
    this.session.filled(this);
  }

  /** The page has loaded, again perhaps. */
  ready(): void {
    this.#loaded = true;
    this.session.ready(this);
    for (const message of this.#waiting) this.post(message);
    this.#waiting = [];
  }

  /** The page was unloaded, since the tab is behind another one. */
  hidden(): void {
    this.#loaded = false;
    this.session.hidden(this);
  }

  /** Takes note of what the panel says about itself; true when the message was of that kind. */
  hear(message: FromPanel): boolean {
    if (message.type === 'selected') this.#selection = { ...message };
    else if (message.type === 'picture') this.#drawn(message);
    else return false;
    return true;
  }

  /** Asks the panel to draw; null when it cannot. */
  draw(picture: Picture, as: 'svg' | 'png'): Promise<DrawnPicture | null> {
    const id = this.#nextDrawing++;
    return new Promise((resolve) => {
      const settle = (drawn: DrawnPicture | null): void => {
        clearTimeout(timer);
        this.#drawings.delete(id);
        resolve(drawn);
      };
      const timer = setTimeout(() => settle(null), PICTURE_TIMEOUT_MS);
      this.#drawings.set(id, settle);
      this.post({ type: 'request-picture', id, picture, as });
    });
  }

  /** Answers what is still waited for; called when the tab is closed. */
  close(): void {
    for (const settle of [...this.#drawings.values()]) settle(null);
  }

  /** The newest message of a kind waits for the page. */
  #postSoon(message: ToPanel): void {
    if (this.#loaded) this.post(message);
    else this.#waiting = [...this.#waiting.filter(({ type }) => type !== message.type), message];
  }

  #drawn({ id, svg, png }: Extract<FromPanel, { type: 'picture' }>): void {
    const settle = this.#drawings.get(id);
    if (svg !== null) settle?.({ svg });
    else settle?.(png === null ? null : { png });
  }
}
