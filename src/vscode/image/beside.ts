import { basename, dirname, extname, join } from 'node:path';
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import type { ImageSource } from '../../protocol/image.js';
import { inFileName } from '../export/formats.js';

/** The folder of a picture, where that is the person's own; null for one that was dropped or comes with the extension. */
export function ownFolder(source: ImageSource | null, extension: vscode.Uri): string | null {
  return source?.kind === 'file' && !source.path.startsWith(extension.fsPath) ? dirname(source.path) : null;
}

/** Where to offer to put what belongs to a picture: beside it, in the workspace, or at home. */
export function folderFor(source: ImageSource | null, extension: vscode.Uri): string {
  const onDisk = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file');
  return ownFolder(source, extension) ?? onDisk?.uri.fsPath ?? homedir();
}

/** Where to offer to put what was found of a picture, such as `coffee-curve.csv`. @param name of the picture, `ending` what comes after its stem */
export function besidePicture(
  { name, source, ending }: { readonly name: string; readonly source: ImageSource | null; readonly ending: string },
  extension: vscode.Uri,
): vscode.Uri {
  const stem = inFileName(basename(name, extname(name)));
  return vscode.Uri.file(join(folderFor(source, extension), `${stem}-${ending}`));
}
