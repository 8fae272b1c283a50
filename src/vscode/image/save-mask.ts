import { basename, extname, join } from 'node:path';
import * as vscode from 'vscode';
import type { ImageSource } from '../../protocol/image.js';
import { folderFor, ownFolder } from './beside.js';

/** How long the status bar says where the file went. */
const SAID_MS = 6_000;

/** Writes a mask beside its picture; asks where to when there is a file of that name already, or no folder to write to. */
export async function saveMask(png: Uint8Array, source: ImageSource, extension: vscode.Uri): Promise<void> {
  const target = await targetOf(source, extension);
  if (target === undefined) return;
  await vscode.workspace.fs.writeFile(target, png);
  vscode.window.setStatusBarMessage(vscode.l10n.t('Saved {0}', basename(target.fsPath)), SAID_MS);
}

async function targetOf(source: ImageSource, extension: vscode.Uri): Promise<vscode.Uri | undefined> {
  const name = maskName(source.kind === 'file' ? basename(source.path) : source.name);
  const target = vscode.Uri.file(join(folderFor(source, extension), name));
  if (ownFolder(source, extension) !== null && !(await exists(target))) return target;
  return vscode.window.showSaveDialog({
    title: vscode.l10n.t('Save Mask'),
    defaultUri: target,
    filters: { PNG: ['png'] },
  });
}

/** `cat.mask.png` for `cat.jpg`. */
function maskName(image: string): string {
  return `${basename(image, extname(image))}.mask.png`;
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
}
