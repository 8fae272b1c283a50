import { dirname } from 'node:path';
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import type { ImageSource } from '../../protocol/image.js';

/** The folder of a picture, where that is the person's own; null for one that was dropped or comes with the extension. */
export function ownFolder(source: ImageSource | null, extension: vscode.Uri): string | null {
  return source?.kind === 'file' && !source.path.startsWith(extension.fsPath) ? dirname(source.path) : null;
}

/** Where to offer to put what belongs to a picture: beside it, in the workspace, or at home. */
export function folderFor(source: ImageSource | null, extension: vscode.Uri): string {
  const onDisk = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file');
  return ownFolder(source, extension) ?? onDisk?.uri.fsPath ?? homedir();
}
