import * as vscode from 'vscode';
import { isWorthReading, keyWord, languageOf, textEdit, textKey, wholeText } from './texts.js';
import type { SourceLanguage, TextChange, TextKey } from './worker/messages.js';

/** A document that is read. */
export interface OpenText {
  readonly document: vscode.TextDocument;
  readonly key: TextKey;
  readonly language: SourceLanguage;
}

/** The documents of the editor that are worth reading, and every change to them in order. */
export class OpenTexts implements vscode.Disposable {
  readonly #tell: (change: TextChange) => void;
  readonly #texts = new Map<string, OpenText>();
  readonly #changed = new vscode.EventEmitter<vscode.TextDocument>();
  readonly #subscriptions: vscode.Disposable;

  /** Fires after a document that is read came, changed or went. */
  readonly onDidChange = this.#changed.event;

  /** @param tell gets each change before the event of it. */
  constructor(tell: (change: TextChange) => void) {
    this.#tell = tell;
    this.#subscriptions = vscode.Disposable.from(
      this.#changed,
      vscode.workspace.onDidOpenTextDocument((document) => this.#open(document)),
      vscode.workspace.onDidCloseTextDocument((document) => this.#close(document)),
      vscode.workspace.onDidChangeTextDocument((event) => this.#edit(event)),
      vscode.workspace.onDidChangeNotebookDocument(({ notebook, contentChanges }) => {
        // positions of cells are their names, so all of them are told anew
        if (contentChanges.length > 0) for (const cell of notebook.getCells()) this.#again(cell.document);
      }),
    );
    for (const document of vscode.workspace.textDocuments) this.#open(document);
  }

  get all(): readonly OpenText[] {
    return [...this.#texts.values()];
  }

  get(document: vscode.TextDocument): OpenText | undefined {
    return this.#texts.get(document.uri.toString());
  }

  /** The document of a text, if it is open. */
  find({ file, cell }: TextKey): vscode.TextDocument | undefined {
    const word = keyWord({ file, cell });
    return this.all.find(({ key }) => keyWord(key) === word)?.document;
  }

  /** All texts as a new worker has to be told of them. */
  changes(): TextChange[] {
    return this.all.map(({ document, language, key }) => wholeText(document, language, key));
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  #open(document: vscode.TextDocument): void {
    const language = languageOf(document);
    if (language === null || !isWorthReading(language, document.getText())) return;
    const text: OpenText = { document, language, key: textKey(document) };
    this.#texts.set(document.uri.toString(), text);
    this.#tell(wholeText(document, language, text.key));
    this.#changed.fire(document);
  }

  #close(document: vscode.TextDocument): void {
    const text = this.get(document);
    if (text === undefined) return;
    this.#texts.delete(document.uri.toString());
    this.#tell({ kind: 'remove', key: text.key });
    this.#changed.fire(document);
  }

  #edit({ document, contentChanges }: vscode.TextDocumentChangeEvent): void {
    const text = this.get(document);
    if (text === undefined) {
      if (contentChanges.some((change) => isWorthLooking(document, change))) this.#open(document);
      return;
    }
    if (contentChanges.length === 0) return;
    this.#tell({ kind: 'edit', key: text.key, edits: contentChanges.map(textEdit) });
    this.#changed.fire(document);
  }

  #again(document: vscode.TextDocument): void {
    this.#close(document);
    this.#open(document);
  }
}

/** True where the lines that a change touched speak of models: the whole text is not looked through at every key. */
function isWorthLooking(
  document: vscode.TextDocument,
  { range, text }: vscode.TextDocumentContentChangeEvent,
): boolean {
  const language = languageOf(document);
  if (language === null) return false;
  const lines = text.split('\n').length;
  return isWorthReading(language, document.getText(new vscode.Range(range.start.line, 0, range.start.line + lines, 0)));
}
