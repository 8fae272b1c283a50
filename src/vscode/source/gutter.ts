import * as vscode from 'vscode';
import { lookupOf } from '../../core/source/match/lookup.js';
import type { Config } from '../config.js';
import { attentionOf } from './model-places.js';
import { editorRange } from './places.js';
import type { SourceIndex } from './source-index.js';

/** Marks definitions that a checkpoint has tensors for in the gutter, where the setting says so: a full mark for attention, an open one for the rest. */
export class Gutter implements vscode.Disposable {
  readonly #index: SourceIndex;
  readonly #config: Config;
  readonly #attention = decoration(DOT);
  readonly #other = decoration(RING);
  readonly #subscriptions: vscode.Disposable;

  constructor(index: SourceIndex, config: Config) {
    this.#index = index;
    this.#config = config;
    const draw = (): void => this.#draw();
    this.#subscriptions = vscode.Disposable.from(
      this.#attention,
      this.#other,
      index.onDidChange(draw),
      vscode.window.onDidChangeVisibleTextEditors(draw),
      config.onDidChange((changed) => {
        if (changed.has('gutter')) draw();
      }),
    );
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  #draw(): void {
    for (const editor of vscode.window.visibleTextEditors) {
      const { attention, other } = this.#config.get('gutter') ? this.#marks(editor.document) : NO_MARKS;
      editor.setDecorations(this.#attention, attention);
      editor.setDecorations(this.#other, other);
    }
  }

  #marks(document: vscode.TextDocument): Marks {
    const key = this.#index.texts.get(document)?.key;
    const [known] = this.#index.matchesOf(document);
    const marks = { attention: new Array<vscode.Range>(), other: new Array<vscode.Range>() };
    if (known === undefined || key === undefined) return marks;
    for (const definition of lookupOf(known.match).definitionsIn(key)) {
      const isAttention = attentionOf(definition, known.inspection.recognition) !== null;
      (isAttention ? marks.attention : marks.other).push(editorRange(definition.nameRange));
    }
    return marks;
  }
}

interface Marks {
  readonly attention: readonly vscode.Range[];
  readonly other: readonly vscode.Range[];
}

const NO_MARKS: Marks = { attention: [], other: [] };

const DOT = (colour: string): string => `<circle cx="8" cy="8" r="3.5" fill="${colour}"/>`;
const RING = (colour: string): string =>
  `<circle cx="8" cy="8" r="3" fill="none" stroke="${colour}" stroke-width="1.2"/>`;

/** Green that stands 3 : 1 against the gutters of dark and of light themes. */
const COLOURS = { dark: '#369e4e', light: '#07812f' } as const;

function decoration(shape: (colour: string) => string): vscode.TextEditorDecorationType {
  const icon = (kind: keyof typeof COLOURS): { gutterIconPath: vscode.Uri; gutterIconSize: string } => {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16" viewBox="0 0 16 16">${shape(COLOURS[kind])}</svg>`;
    const data = Buffer.from(svg).toString('base64');
    return { gutterIconPath: vscode.Uri.parse(`data:image/svg+xml;base64,${data}`), gutterIconSize: 'contain' };
  };
  return vscode.window.createTextEditorDecorationType({ dark: icon('dark'), light: icon('light') });
}
