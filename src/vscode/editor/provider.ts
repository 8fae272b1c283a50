import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { type PageBundle, readPageBundle } from '../../host/export/page-bundle.js';
import { parseFromPanel } from '../../protocol/panel-guards.js';
import type { Log } from '../log.js';
import { EDITORS } from '../manifest/views.js';
import type { Session } from '../session/session.js';
import type { IntentHandler } from './intents.js';
import { panelHtml } from './panel-html.js';
import { Panel } from './panel.js';
import type { Panels } from './panels.js';
import type { Sessions } from './sessions.js';

interface CheckpointDocument extends vscode.CustomDocument {
  readonly session: Session;
}

/** What the editors are made with. */
export interface ProviderParts {
  readonly extension: vscode.Uri;
  readonly sessions: Sessions;
  readonly panels: Panels;
  readonly handle: IntentHandler;
  readonly log: Log;
}

/** Opens checkpoints as read-only editors. */
class CheckpointEditorProvider implements vscode.CustomReadonlyEditorProvider<CheckpointDocument> {
  readonly #parts: ProviderParts;
  /** Script and style of the page, read once. */
  #bundle: Promise<PageBundle> | null = null;

  constructor(parts: ProviderParts) {
    this.#parts = parts;
  }

  openCustomDocument(uri: vscode.Uri): CheckpointDocument {
    const { sessions } = this.#parts;
    return { uri, session: sessions.acquire(uri), dispose: () => sessions.release(uri) };
  }

  resolveCustomEditor({ uri, session }: CheckpointDocument, webviewPanel: vscode.WebviewPanel): Promise<void> {
    const { panels, sessions, handle, log } = this.#parts;
    const panel = new Panel(uri, session, webviewPanel);
    session.attach(panel);
    const subscriptions = vscode.Disposable.from(
      webviewPanel.webview.onDidReceiveMessage((received: unknown) => {
        const message = parseFromPanel(received);
        if (message === null) log.warn('A message of the panel was not understood and is ignored.');
        else if (panel.hear(message)) panels.update();
        else handle(message, panel);
      }),
      webviewPanel.onDidChangeViewState(() => {
        if (webviewPanel.visible) sessions.look(uri);
        else panel.hidden();
        panels.update();
      }),
    );
    const closed = new AbortController();
    webviewPanel.onDidDispose(() => {
      closed.abort();
      subscriptions.dispose();
      session.detach(panel);
      panels.remove(panel);
    });
    panels.add(panel);
    return this.#load(panel, webviewPanel.webview, closed.signal);
  }

  /** Fills a panel, unless it was closed meanwhile. */
  async #load(panel: Panel, webview: vscode.Webview, closed: AbortSignal): Promise<void> {
    const dist = vscode.Uri.joinPath(this.#parts.extension, 'dist');
    const folder = vscode.Uri.joinPath(dist, 'webview');
    webview.options = { enableScripts: true, localResourceRoots: [folder] };
    this.#bundle ??= readPageBundle(dist.fsPath, 'panel');
    const bundle = await this.#bundle;
    if (closed.aborted) return;
    webview.html = panelHtml({
      cspSource: webview.cspSource,
      nonce: randomBytes(16).toString('base64'),
      folder: webview.asWebviewUri(folder).toString(),
      ...bundle,
      language: vscode.env.language,
      translations: vscode.l10n.bundle,
    });
    panel.filled();
  }
}

/** Registers the editor under both of its view types. */
export function registerEditors(parts: ProviderParts): vscode.Disposable {
  const provider = new CheckpointEditorProvider(parts);
  const options = { supportsMultipleEditorsPerDocument: true, webviewOptions: { enableFindWidget: true } };
  return vscode.Disposable.from(
    ...Object.values(EDITORS).map((viewType) =>
      vscode.window.registerCustomEditorProvider(viewType, provider, options),
    ),
  );
}
