import * as vscode from 'vscode';
import type { ChannelLog } from '../log.js';
import { COMMANDS, type CommandName } from '../manifest/commands.js';
import { offerTrust, TrustNeeded } from '../trust.js';
import type { Handler } from './handlers.js';

/** Registers all commands; one that fails says so, with the way to the log. */
export function registerCommands(handlers: Readonly<Record<CommandName, Handler>>, log: ChannelLog): vscode.Disposable {
  const run = async (name: string, handler: Handler, args: readonly unknown[]): Promise<void> => {
    try {
      await handler(...args);
    } catch (error) {
      if (error instanceof TrustNeeded) {
        void offerTrust(error);
        return;
      }
      log.error(name, error);
      const message = `QK Lens: ${error instanceof Error ? error.message : String(error)}`;
      void vscode.window.showErrorMessage(message, vscode.l10n.t('Show Log')).then((answer) => {
        if (answer !== undefined) log.show();
      });
    }
  };
  const names = Object.keys(handlers).filter(isCommandName);
  return vscode.Disposable.from(
    ...names.map((name) =>
      vscode.commands.registerCommand(COMMANDS[name], (...args: unknown[]) => run(name, handlers[name], args)),
    ),
  );
}

const isCommandName = (name: string): name is CommandName => Object.hasOwn(COMMANDS, name);
