import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { quoteName } from '../../core/bytes/quote.js';
import { CheckpointError } from '../../core/errors.js';
import type { TensorEntry } from '../../core/tensors/tensor-index.js';
import type { Engine } from '../../host/engine/contract.js';
import { readPageBundle } from '../../host/export/page-bundle.js';
import { parseFromTensorView, type FromTensorView, type ToTensorView } from '../../protocol/tensor-view.js';
import { panelHtml } from '../editor/panel-html.js';
import type { Log } from '../log.js';
import type { Inspections } from '../tree/inspections.js';
import { tensorCard } from './tensor-card.js';

/** View type of the tabs that show a tensor. */
const VIEW_TYPE = 'qkLens.tensor';

/** What the views are made with. */
export interface TensorViewsParts {
  readonly extension: vscode.Uri;
  readonly engine: Pick<Engine, 'tensor'>;
  readonly inspections: Inspections;
  readonly log: Log;
}

interface Shown {
  readonly uri: vscode.Uri;
  readonly tensor: TensorEntry;
}

/** Tabs that show single tensors, one a tensor; nothing of a tensor is read before its tab asks. */
export class TensorViews implements vscode.Disposable {
  readonly #parts: TensorViewsParts;
  readonly #open = new Map<string, vscode.WebviewPanel>();

  constructor(parts: TensorViewsParts) {
    this.#parts = parts;
  }

  /** Shows the tensor of an item of the tree, in the tab that it has already if there is one. */
  async show(node: unknown): Promise<void> {
    const shown = shownOf(node);
    if (shown === null) return;
    const key = `${shown.uri.toString()}#${shown.tensor.name}`;
    const open = this.#open.get(key);
    if (open !== undefined) {
      open.reveal();
      return;
    }
    const label = shown.tensor.name.split('.').slice(-3).join('.');
    const folder = vscode.Uri.joinPath(this.#parts.extension, 'dist', 'webview');
    const panel = vscode.window.createWebviewPanel(VIEW_TYPE, quoteName(label), vscode.ViewColumn.Active, {
      enableScripts: true,
      localResourceRoots: [folder],
    });
    this.#open.set(key, panel);
    panel.onDidDispose(() => this.#open.delete(key));
    this.#answer(panel, shown);
    const bundle = await readPageBundle(vscode.Uri.joinPath(this.#parts.extension, 'dist').fsPath, 'tensor');
    if (this.#open.get(key) !== panel) return;
    panel.webview.html = panelHtml({
      cspSource: panel.webview.cspSource,
      nonce: randomBytes(16).toString('base64'),
      folder: panel.webview.asWebviewUri(folder).toString(),
      ...bundle,
      language: vscode.env.language,
      translations: vscode.l10n.bundle,
    });
  }

  dispose(): void {
    for (const panel of this.#open.values()) panel.dispose();
  }

  #answer(panel: vscode.WebviewPanel, shown: Shown): void {
    const { log } = this.#parts;
    let work = new AbortController();
    panel.onDidDispose(() => work.abort());
    panel.webview.onDidReceiveMessage((received: unknown) => {
      const message = parseFromTensorView(received);
      if (message?.type === 'cancel') {
        work.abort();
        work = new AbortController();
      } else if (message === null) log.warn('A message of a tensor view was not understood and is ignored.');
      else void this.#carryOut(panel, shown, message, work.signal);
    });
  }

  async #carryOut(
    panel: vscode.WebviewPanel,
    { uri, tensor }: Shown,
    message: Exclude<FromTensorView, { type: 'cancel' }>,
    signal: AbortSignal,
  ): Promise<void> {
    const post = (answer: ToTensorView): void => void panel.webview.postMessage(answer);
    if (message.type === 'ready') {
      post({ type: 'tensor', card: tensorCard(uri, tensor) });
      return;
    }
    if (message.type === 'copy') {
      await vscode.env.clipboard.writeText(message.text);
      return;
    }
    const { engine, inspections, log } = this.#parts;
    const { question } = message;
    try {
      const inspection = await inspections.of(uri);
      const answer = await engine.tensor({ inspection, tensor, question }, signal);
      if (!signal.aborted) post({ type: 'answer', answer });
    } catch (error) {
      if (!signal.aborted) {
        if (!(error instanceof CheckpointError)) log.error(tensor.name, error);
        const text = error instanceof CheckpointError ? `${error.problem}: ${error.advice}.` : String(error);
        post({ type: 'failed', kind: question.kind, text });
      } else post({ type: 'failed', kind: question.kind, text: 'Cancelled.' });
    }
  }
}

/** The tensor of an argument that a menu or an item of the tree gives. */
function shownOf(node: unknown): Shown | null {
  if (typeof node !== 'object' || node === null) return null;
  const { uri, tensor }: { uri?: unknown; tensor?: unknown } = node;
  return uri instanceof vscode.Uri && isEntry(tensor) ? { uri, tensor } : null;
}

function isEntry(value: unknown): value is TensorEntry {
  return typeof value === 'object' && value !== null && 'name' in value && 'shape' in value && 'dtype' in value;
}
