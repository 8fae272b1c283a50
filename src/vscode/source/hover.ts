import * as vscode from 'vscode';
import { COMMANDS } from '../manifest/commands.js';
import { classesAt, definitionsAt } from './at-position.js';
import type { Figures } from './figures.js';
import { definitionHover, valueHover } from './hover-text.js';
import { attentionOf, layerInScope } from './model-places.js';
import { fileOfNumber } from './named-numbers.js';
import { editorRange, holds } from './places.js';
import { checkpointValue } from './model-values.js';
import type { SourceIndex } from './source-index.js';

/** All that a hover may run: it shows places and offers to analyse, nothing else. */
const ALLOWED = [COMMANDS.showInPanel, COMMANDS.revealTensors, COMMANDS.analyse];

/** Names of further checkpoints that are told. */
const MAX_OTHERS = 3;

/** Shows what a definition became in a checkpoint; starts no work. */
export class SourceHover implements vscode.HoverProvider {
  readonly #index: SourceIndex;
  readonly #figures: Figures;

  constructor(index: SourceIndex, figures: Figures) {
    this.#index = index;
    this.#figures = figures;
  }

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
    token: vscode.CancellationToken,
  ): Promise<vscode.Hover | undefined> {
    if (!(await this.#index.settled(document)) || token.isCancellationRequested) return undefined;
    return this.#value(document, position) ?? this.#definition(document, position);
  }

  #definition(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
    const [first, ...others] = definitionsAt(this.#index, document, position);
    if (first === undefined) return undefined;
    const { known, definition } = first;
    const places = attentionOf(definition, known.inspection.recognition);
    const { model } = places ?? {};
    const text = definitionHover({
      known,
      definition,
      places,
      analysis: model === undefined ? null : this.#figures.get(known.inspection, model),
      computing: model !== undefined && this.#figures.isComputing(known.uri, known.inspection, model),
      scope: places === null ? null : layerInScope(document.lineAt(position).text, places),
      theme: isLight() ? 'light' : 'dark',
      others: others.slice(0, MAX_OTHERS).map((other) => other.known.name),
    });
    const range = holds(definition.nameRange, position) ? definition.nameRange : undefined;
    return text === '' ? undefined : hover(text, range === undefined ? undefined : editorRange(range));
  }

  #value(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
    const number = this.#index
      .facts(document)
      ?.numbers.find(({ nameRange, range }) => holds(nameRange, position) || holds(range, position));
    if (number !== undefined) {
      const known = fileOfNumber(this.#index, document, number);
      const value = known === null ? null : checkpointValue(number.name, known.inspection.recognition);
      if (known === null || value === null) return undefined;
      return hover(valueHover(number.name, value, known), editorRange(number.nameRange));
    }
    return this.#parameter(document, position);
  }

  /** A parameter of a class that the shapes give a value. */
  #parameter(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
    const range = document.getWordRangeAtPosition(position, /[\p{L}_][\p{L}\p{N}_]*/u);
    const key = this.#index.texts.get(document)?.key;
    if (range === undefined || key === undefined) return undefined;
    const name = document.getText(range);
    for (const known of this.#index.matchesOf(document)) {
      const [around] = classesAt(known.match.classes, key.file, position);
      const solved = around?.solved.find((one) => one.name === name);
      if (solved !== undefined) return hover(valueHover(name, solved.value, known), range);
    }
    return undefined;
  }
}

function hover(text: string, range: vscode.Range | undefined): vscode.Hover {
  const markdown = new vscode.MarkdownString(text);
  markdown.isTrusted = { enabledCommands: ALLOWED };
  return new vscode.Hover(markdown, range);
}

function isLight(): boolean {
  const { kind } = vscode.window.activeColorTheme;
  return kind === vscode.ColorThemeKind.Light || kind === vscode.ColorThemeKind.HighContrastLight;
}
