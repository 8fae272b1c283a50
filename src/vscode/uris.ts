import * as vscode from 'vscode';

/** The folder that holds a file. */
export function parentUri(uri: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(uri, '..');
}

/** Last part of the path. */
export function baseName(uri: vscode.Uri): string {
  return uri.path.slice(uri.path.lastIndexOf('/') + 1);
}

/**
 * Path of a file or folder that somebody chose, where only a disk will do.
 * @throws Error for one that lies on none.
 */
export function pathOnDisk(uri: vscode.Uri | undefined): string | undefined {
  if (uri === undefined || uri.scheme === 'file') return uri?.fsPath;
  throw new Error(
    vscode.l10n.t('{0} lies in a workspace of kind "{1}". Choose a place on a disk.', baseName(uri), uri.scheme),
  );
}

/** The trained model that comes with the extension. */
export function sampleUri(extension: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(extension, 'media', 'sample', 'model.safetensors');
}
