import * as vscode from 'vscode';
import { editorRange } from './places.js';
import type { SourceIndex } from './source-index.js';

/** Makes the path of a checkpoint in code or configuration a link that opens it. */
export class CheckpointLinks implements vscode.DocumentLinkProvider {
  readonly #index: SourceIndex;

  constructor(index: SourceIndex) {
    this.#index = index;
  }

  async provideDocumentLinks(
    document: vscode.TextDocument,
    token: vscode.CancellationToken,
  ): Promise<vscode.DocumentLink[]> {
    if (!(await this.#index.settled(document)) || token.isCancellationRequested) return [];
    return this.#index.links(document).flatMap(({ link, uri }) => {
      if (uri === null) return [];
      const one = new vscode.DocumentLink(editorRange(link.range), uri);
      one.tooltip = vscode.l10n.t('Open with QK Lens');
      return [one];
    });
  }
}
