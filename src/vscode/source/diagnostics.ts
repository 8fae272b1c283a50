import * as vscode from 'vscode';
import type { SourceProblemCode } from '../../core/source/contract.js';
import { quoteName } from '../../core/bytes/quote.js';
import type { Config } from '../config.js';
import { numberProblems } from './number-problems.js';
import type { OpenText } from './open-texts.js';
import { editorRange } from './places.js';
import type { SourceIndex } from './source-index.js';

/** Shown as the source of the diagnostics. */
export const DIAGNOSTIC_SOURCE = 'QK Lens';

/** More than this of one text are noise: code and checkpoint have little to do with each other. */
const MAX_OF_ONE_TEXT = 50;

/** A checkpoint that nobody named must fit this well before its contradictions are told: below, the code may only look like its model. */
const SURE_SCORE = 0.85;

/** What the checkpoint would have in a place, for a quick fix. */
export interface Fix {
  /** Text that replaces the diagnostic's. */
  readonly replacement: string;
}

/** Says where code or configuration and checkpoint disagree. */
export class SourceDiagnostics implements vscode.Disposable {
  readonly #index: SourceIndex;
  readonly #config: Config;
  readonly #collection = vscode.languages.createDiagnosticCollection('qk-lens');
  readonly #subscriptions: vscode.Disposable;
  /** What would put a diagnostic right, by text and place. */
  #fixes = new Map<string, Fix>();

  constructor(index: SourceIndex, config: Config) {
    this.#index = index;
    this.#config = config;
    this.#subscriptions = vscode.Disposable.from(
      this.#collection,
      index.onDidChange(() => this.#update()),
      config.onDidChange((changed) => {
        if (changed.has('diagnostics')) this.#update();
      }),
    );
  }

  /** What would put a diagnostic right, if that is known. */
  fixOf(document: vscode.Uri, { range }: vscode.Diagnostic): Fix | null {
    return this.#fixes.get(placeKey(document, range)) ?? null;
  }

  dispose(): void {
    this.#subscriptions.dispose();
  }

  #update(): void {
    const level = this.#config.get('diagnostics');
    this.#fixes = new Map();
    this.#collection.clear();
    if (level === 'off') return;
    const severity = level === 'warning' ? vscode.DiagnosticSeverity.Warning : vscode.DiagnosticSeverity.Information;
    for (const text of this.#index.texts.all.filter(({ document }) => isOwn(document.uri))) {
      const all = [...this.#aboutNumbers(text), ...this.#aboutPaths(text), ...this.#aboutMatches(text)];
      const first = new Map<string, vscode.Diagnostic>();
      for (const one of all) {
        one.severity = severity;
        const key = `${placeKey(text.document.uri, one.range)} ${codeOf(one)}`;
        if (!first.has(key)) first.set(key, one);
      }
      this.#collection.set(text.document.uri, [...first.values()].slice(0, MAX_OF_ONE_TEXT));
    }
  }

  #aboutNumbers({ document }: OpenText): vscode.Diagnostic[] {
    return numberProblems(this.#index, document).map(({ number, file, actual, isHeads }) => {
      const range = editorRange(number.range);
      this.#fixes.set(placeKey(document.uri, range), { replacement: String(actual) });
      const message = isHeads
        ? vscode.l10n.t('{0} heads here, {1} in {2}.', number.value, actual, file.name)
        : vscode.l10n.t('{0} is {1} here, {2} in {3}.', number.name, number.value, actual, file.name);
      return diagnostic(range, message, isHeads ? 'heads-differ' : 'size-differs');
    });
  }

  #aboutPaths({ document }: OpenText): vscode.Diagnostic[] {
    return this.#index
      .links(document)
      .filter(({ missing }) => missing)
      .map(({ link }) =>
        diagnostic(
          editorRange(link.range),
          vscode.l10n.t('No checkpoint at {0}.', quoteName(link.target)),
          'missing-checkpoint',
        ),
      );
  }

  /** Of the likeliest checkpoint of each root class only: another one of another size contradicts nothing. */
  #aboutMatches({ document, key }: OpenText): vscode.Diagnostic[] {
    const roots = new Set<string>();
    return this.#index.matchesOf(document).flatMap(({ match, name, bond }) => {
      const root = `${match.root.file} ${match.root.name}`;
      if (roots.has(root)) return [];
      roots.add(root);
      if (bond === 'fits' && match.score < SURE_SCORE) return [];
      return match.problems
        .filter(({ file, cell }) => file === key.file && cell === key.cell)
        .map(({ range, message, code }) => diagnostic(editorRange(range), `${name}: ${message}`, code));
    });
  }
}

/** True for what a person of this workspace writes: neither libraries nor the other side of a comparison. */
function isOwn(uri: vscode.Uri): boolean {
  if (uri.scheme === 'untitled' || uri.scheme === 'vscode-notebook-cell') return true;
  return uri.scheme !== 'git' && vscode.workspace.getWorkspaceFolder(uri) !== undefined;
}

function diagnostic(range: vscode.Range, message: string, code: SourceProblemCode): vscode.Diagnostic {
  const one = new vscode.Diagnostic(range, message);
  one.source = DIAGNOSTIC_SOURCE;
  one.code = code;
  return one;
}

const codeOf = ({ code }: vscode.Diagnostic): string => (typeof code === 'string' ? code : '');

const placeKey = (uri: vscode.Uri, { start, end }: vscode.Range): string =>
  `${uri.toString()} ${[start.line, start.character, end.line, end.character].join()}`;
