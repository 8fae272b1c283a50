import * as vscode from 'vscode';
import type { Panels } from './editor/panels.js';
import type { Sessions } from './editor/sessions.js';
import { CONTEXT_KEYS, type ContextName } from './manifest/contexts.js';

/** Sets one of the extension's context keys. */
export function setContext(name: ContextName, value: boolean): void {
  void vscode.commands.executeCommand('setContext', CONTEXT_KEYS[name], value);
}

/** Keeps the context keys that tell of the active panel. */
export function keepPanelContexts(panels: Panels, sessions: Sessions): vscode.Disposable {
  const current = new Map<ContextName, boolean>();
  const set = (name: ContextName, value: boolean): void => {
    if (current.get(name) === value) return;
    current.set(name, value);
    setContext(name, value);
  };
  const update = (): void => {
    const panel = panels.active;
    const layers = panel?.session.runOf(panel)?.layers ?? [];
    set('figures', layers.length > 0);
    set('image', panel?.session.image.state.kind === 'ready');
    const opened = panel?.session.opened;
    set('severalModels', (opened?.card.models.length ?? 0) > 1);
    set('adapter', opened?.choices.base !== undefined || opened?.inspection.adapter?.applied === false);
  };
  return vscode.Disposable.from(panels.onDidChange(update), sessions.onDidChange(update));
}
