import * as vscode from 'vscode';
import type { Engine } from '../../host/engine/contract.js';
import type { Config } from '../config.js';
import { setContext } from '../context-keys.js';
import type { Panels } from '../editor/panels.js';
import type { Sessions } from '../editor/sessions.js';
import type { Log } from '../log.js';
import type { ChoiceStore } from '../session/choices.js';
import type { CheckpointList } from '../tree/checkpoint-list.js';
import type { Inspections } from '../tree/inspections.js';
import { ClassLinks } from './class-links.js';
import { SourceLenses } from './code-lens.js';
import { TensorNameDefinitions } from './definition-places.js';
import { CheckpointLinks } from './document-links.js';
import { SourceDiagnostics } from './diagnostics.js';
import { Figures } from './figures.js';
import { followCursor } from './follow-cursor.js';
import { Gutter } from './gutter.js';
import { SourceHover } from './hover.js';
import { SourceFixes } from './quick-fixes.js';
import { SourceIndex } from './source-index.js';
import { PYTHON_AND_CONFIGS } from './texts.js';

/** What stands beside the code, and what it is made with. */
export interface SourceParts {
  readonly extension: vscode.Uri;
  readonly engine: Pick<Engine, 'analyze' | 'recall'>;
  readonly store: ChoiceStore;
  readonly inspections: Inspections;
  readonly sessions: Sessions;
  readonly panels: Panels;
  readonly list: CheckpointList;
  readonly config: Config;
  readonly log: Log;
}

/** The checkpoint's figures beside the code: hovers, lenses, definitions, diagnostics. */
export interface BesideCode {
  readonly index: SourceIndex;
  readonly figures: Figures;
  readonly classLinks: ClassLinks;
  dispose(): void;
}

/** Registers everything beside the code; no text is read before one is open that speaks of models. */
export function registerSource(parts: SourceParts): BesideCode {
  const { extension, config, list, panels, log } = parts;
  const classLinks = new ClassLinks(parts.store);
  const figures = new Figures(parts);
  const workerFile = vscode.Uri.joinPath(extension, 'dist', 'source-worker.js').fsPath;
  const index = new SourceIndex({ ...parts, workerFile, figures, classLinks });
  const lenses = new SourceLenses({ index, figures, config });
  const diagnostics = new SourceDiagnostics(index, config);
  const { languages } = vscode;
  const all = vscode.Disposable.from(
    index,
    figures,
    lenses,
    diagnostics,
    new Gutter(index, config),
    followCursor({ index, panels, config, log }),
    keepMatchedContext(index),
    languages.registerHoverProvider(PYTHON_AND_CONFIGS, new SourceHover(index, figures)),
    languages.registerCodeLensProvider(PYTHON_AND_CONFIGS, lenses),
    languages.registerDocumentLinkProvider(PYTHON_AND_CONFIGS, new CheckpointLinks(index)),
    languages.registerDefinitionProvider(PYTHON_AND_CONFIGS, new TensorNameDefinitions(index)),
    languages.registerCodeActionsProvider(PYTHON_AND_CONFIGS, new SourceFixes(diagnostics, list), {
      providedCodeActionKinds: [vscode.CodeActionKind.QuickFix],
    }),
  );
  return { index, figures, classLinks, dispose: () => void all.dispose() };
}

/** Keeps the context key that tells whether the active text belongs to a checkpoint. */
function keepMatchedContext(index: SourceIndex): vscode.Disposable {
  let current = false;
  const update = (): void => {
    const document = vscode.window.activeTextEditor?.document;
    const matched = document !== undefined && index.matchesOf(document).length > 0;
    if (matched !== current) setContext('matchedCode', matched);
    current = matched;
  };
  return vscode.Disposable.from(index.onDidChange(update), vscode.window.onDidChangeActiveTextEditor(update));
}
