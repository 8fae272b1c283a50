import { join } from 'node:path';
import * as vscode from 'vscode';
import { chooseCheckpoint, resolveCheckpoint } from '../../host/files/resolve-checkpoint.js';
import { namesIn } from '../copies/files.js';
import { CHECKPOINT_EXTENSIONS, EDITORS, WALKTHROUGH } from '../manifest/views.js';
import { baseName, sampleUri } from '../uris.js';

/**
 * Shows a file, an index, or the one checkpoint that a folder holds.
 * @throws CheckpointError when a folder holds none or several.
 */
export async function openWithLens(uri: vscode.Uri, { preserveFocus = false } = {}): Promise<void> {
  const file = await checkpointIn(uri);
  await vscode.commands.executeCommand('vscode.openWith', file, EDITORS.checkpoint, { preserveFocus });
}

async function checkpointIn(uri: vscode.Uri): Promise<vscode.Uri> {
  if (uri.scheme === 'file') {
    const { folder, name } = await resolveCheckpoint(uri.fsPath);
    return vscode.Uri.file(join(folder, name));
  }
  const { type } = await vscode.workspace.fs.stat(uri);
  if ((type & vscode.FileType.Directory) === 0) return uri;
  const names = [...(await namesIn(uri))].sort();
  return vscode.Uri.joinPath(uri, chooseCheckpoint(baseName(uri), names));
}

/** Asks for a checkpoint and shows it. */
export async function openCheckpoint(): Promise<void> {
  const picked = await vscode.window.showOpenDialog({
    title: vscode.l10n.t('Open Checkpoint'),
    openLabel: vscode.l10n.t('Open'),
    canSelectMany: false,
    filters: {
      [vscode.l10n.t('Checkpoints')]: [...CHECKPOINT_EXTENSIONS, 'json'],
      [vscode.l10n.t('All files')]: ['*'],
    },
  });
  if (picked?.[0] !== undefined) await openWithLens(picked[0]);
}

/** Shows the trained model that comes with the extension. */
export async function openSample(extension: vscode.Uri): Promise<void> {
  await openWithLens(sampleUri(extension));
}

/** Shows the five steps that lead through the extension. */
export async function openWalkthrough(extension: string): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.openWalkthrough', `${extension}#${WALKTHROUGH}`, false);
}
