import * as vscode from 'vscode';
import { placeName } from '../core/charts/format.js';
import type { Panels } from './editor/panels.js';
import type { Sessions } from './editor/sessions.js';
import { COMMANDS } from './manifest/commands.js';

/** Left of the editor's own indicators. */
const PRIORITY = 100;

/** Shows the selected head of the active panel, and whether its figures are still being computed. */
export function createStatusBar(panels: Panels, sessions: Sessions): vscode.Disposable {
  const item = vscode.window.createStatusBarItem('qkLens.head', vscode.StatusBarAlignment.Right, PRIORITY);
  item.name = vscode.l10n.t('QK Lens: Head');
  item.command = COMMANDS.goToHead;
  const update = (): void => {
    const panel = panels.active;
    const run = panel?.session.runOf(panel) ?? null;
    const selection = panel?.selection ?? null;
    const computing = run?.status === 'running';
    if (run === null || (selection === null && !computing)) {
      item.hide();
      return;
    }
    const place = selection === null ? 'QK Lens' : placeName(selection.layer, selection.head);
    item.text = computing ? `$(loading~spin) ${place}` : place;
    item.tooltip =
      selection === null
        ? vscode.l10n.t('QK Lens is computing')
        : `${selection.label}\n${vscode.l10n.t('Go to another head')}`;
    item.show();
  };
  return vscode.Disposable.from(item, panels.onDidChange(update), sessions.onDidChange(update));
}
