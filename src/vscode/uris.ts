import * as vscode from 'vscode';

/** The folder that holds a file. */
export function parentUri(uri: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(uri, '..');
}

/** Last part of the path. */
export function baseName(uri: vscode.Uri): string {
  return uri.path.slice(uri.path.lastIndexOf('/') + 1);
}

/** The trained model that comes with the extension. */
export function sampleUri(extension: vscode.Uri): vscode.Uri {
  return vscode.Uri.joinPath(extension, 'media', 'sample', 'model.safetensors');
}
