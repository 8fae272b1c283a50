import * as vscode from 'vscode';
import { COMMANDS } from '../manifest/commands.js';
import { SETTINGS } from '../manifest/settings.js';
import type { CheckpointList } from '../tree/checkpoint-list.js';
import { baseName } from '../uris.js';
import { DIAGNOSTIC_SOURCE, type SourceDiagnostics } from './diagnostics.js';
import { pathDistance } from './known.js';

/** Checkpoints that are offered in place of one that is not there. */
const MAX_OFFERED = 3;

/** Offers what puts a diagnostic right. */
export class SourceFixes implements vscode.CodeActionProvider {
  readonly #diagnostics: SourceDiagnostics;
  readonly #list: CheckpointList;

  constructor(diagnostics: SourceDiagnostics, list: CheckpointList) {
    this.#diagnostics = diagnostics;
    this.#list = list;
  }

  async provideCodeActions(
    document: vscode.TextDocument,
    _range: vscode.Range,
    { diagnostics }: vscode.CodeActionContext,
  ): Promise<vscode.CodeAction[]> {
    const own = diagnostics.filter(({ source }) => source === DIAGNOSTIC_SOURCE);
    const lists = await Promise.all(own.map((diagnostic) => this.#fixes(document, diagnostic)));
    const turnOff = own.map((diagnostic) =>
      running(vscode.l10n.t('QK Lens: set how contradictions are shown'), diagnostic, 'workbench.action.openSettings', [
        SETTINGS.diagnostics.key,
      ]),
    );
    return [...lists.flat(), ...turnOff];
  }

  async #fixes(document: vscode.TextDocument, diagnostic: vscode.Diagnostic): Promise<vscode.CodeAction[]> {
    if (diagnostic.code === 'missing-checkpoint') return this.#otherPaths(document, diagnostic);
    const fix = this.#diagnostics.fixOf(document.uri, diagnostic);
    const replaced =
      fix === null
        ? []
        : [
            replacing(
              vscode.l10n.t('Set to {0}, as in the checkpoint', fix.replacement),
              document,
              diagnostic,
              fix.replacement,
            ),
          ];
    const args = [document.uri.toString(), diagnostic.range.start.line];
    return [
      ...replaced,
      running(vscode.l10n.t('QK Lens: link this class to another checkpoint...'), diagnostic, COMMANDS.linkClass, args),
    ];
  }

  /** Checkpoints of the workspace by the same name, else the nearest ones, by their path from its folder. */
  async #otherPaths(document: vscode.TextDocument, diagnostic: vscode.Diagnostic): Promise<vscode.CodeAction[]> {
    const wanted = document.getText(diagnostic.range).split(/[\\/]/u).at(-1);
    const inside = (await this.#list.get()).filter(({ uri }) => vscode.workspace.getWorkspaceFolder(uri) !== undefined);
    const offered = inside
      .map(({ uri }) => ({ uri, far: pathDistance(uri.path, document.uri.path), other: baseName(uri) !== wanted }))
      .sort((one, other) => Number(one.other) - Number(other.other) || one.far - other.far);
    return offered.slice(0, MAX_OFFERED).map(({ uri }) => {
      const path = vscode.workspace.asRelativePath(uri, false);
      return replacing(vscode.l10n.t('Use {0}', path), document, diagnostic, path);
    });
  }
}

function replacing(
  title: string,
  document: vscode.TextDocument,
  diagnostic: vscode.Diagnostic,
  text: string,
): vscode.CodeAction {
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  action.diagnostics = [diagnostic];
  action.edit = new vscode.WorkspaceEdit();
  action.edit.replace(document.uri, diagnostic.range, text);
  return action;
}

function running(
  title: string,
  diagnostic: vscode.Diagnostic,
  command: string,
  args: readonly unknown[],
): vscode.CodeAction {
  const action = new vscode.CodeAction(title, vscode.CodeActionKind.QuickFix);
  action.diagnostics = [diagnostic];
  action.command = { title, command, arguments: [...args] };
  return action;
}
