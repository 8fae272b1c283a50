import * as vscode from 'vscode';
import type { Engine } from '../../host/engine/contract.js';
import { pathOnDisk } from '../uris.js';
import type { FoundCheckpoint } from '../tree/find-checkpoints.js';

/** Where base models are looked for. */
export interface BaseParts {
  readonly engine: Pick<Engine, 'inspect'>;
  readonly checkpoints: () => Promise<readonly FoundCheckpoint[]>;
}

/** More files of a workspace than these are not tried; any other is found by browsing. */
const MAX_TRIED = 60;

interface Item extends vscode.QuickPickItem {
  readonly path?: string;
}

/** Asks for the base model of an adapter: those of the workspace that it fits by names and shapes, or any other file. Gives its path. */
export async function askBase(adapter: vscode.Uri, parts: BaseParts): Promise<string | undefined> {
  const search = new AbortController();
  const picked = await vscode.window.showQuickPick(items(adapter, parts, search.signal), {
    title: vscode.l10n.t('Base Checkpoint of the Adapter'),
    placeHolder: vscode.l10n.t('Checkpoints of the workspace that the adapter fits'),
    matchOnDescription: true,
  });
  search.abort();
  return picked === undefined || picked.path !== undefined ? picked?.path : browse(adapter);
}

async function items(adapter: vscode.Uri, { engine, checkpoints }: BaseParts, signal: AbortSignal): Promise<Item[]> {
  // Trying one that lies on no disk would copy it.
  const others = (adapter.scheme === 'file' ? await checkpoints() : [])
    .map(({ uri }) => uri)
    .filter((uri) => uri.scheme === 'file' && uri.toString() !== adapter.toString())
    .slice(0, MAX_TRIED);
  const laid = { path: adapter.fsPath, alpha: null };
  const tried = await Promise.all(
    others.map(async (uri): Promise<Item[]> => {
      try {
        const request = { path: uri.fsPath, options: {}, partial: false, adapter: laid };
        const { recognition } = await engine.inspect(request, signal);
        const titles = recognition.models.map(({ title }) => title).join(', ');
        return [{ label: vscode.workspace.asRelativePath(uri), description: titles, path: uri.fsPath }];
      } catch {
        return []; // it does not fit, or is no checkpoint that can be read
      }
    }),
  );
  return [...tried.flat(), { label: vscode.l10n.t('Browse...'), alwaysShow: true }];
}

async function browse(adapter: vscode.Uri): Promise<string | undefined> {
  const picked = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Base Checkpoint of the Adapter'),
    openLabel: vscode.l10n.t('Choose'),
    canSelectMany: false,
    defaultUri: vscode.Uri.joinPath(adapter, '..'),
  });
  return pathOnDisk(picked?.[0]);
}
