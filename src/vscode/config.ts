import * as vscode from 'vscode';
import { checkedSetting, SETTINGS, type SettingName, type Settings } from './manifest/settings.js';

/** The settings, read when asked for and checked; a value that cannot be used counts as the default. */
export class Config implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<ReadonlySet<SettingName>>();
  readonly #subscription: vscode.Disposable;

  /** Fires with the settings that changed. */
  readonly onDidChange = this.#changed.event;

  constructor() {
    this.#subscription = vscode.workspace.onDidChangeConfiguration((event) => {
      const changed = settingNames().filter((name) => event.affectsConfiguration(SETTINGS[name].key));
      if (changed.length > 0) this.#changed.fire(new Set(changed));
    });
  }

  get<Name extends SettingName>(name: Name): Settings[Name] {
    return checkedSetting(name, vscode.workspace.getConfiguration().get<unknown>(SETTINGS[name].key));
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#changed.dispose();
  }
}

/** All settings in the order of their table. */
export const settingNames = (): SettingName[] => [
  'basis',
  'include',
  'threads',
  'cacheEnabled',
  'codeLens',
  'gutter',
  'diagnostics',
  'followCursor',
  'links',
];
