import { isAbsolute, relative, resolve } from 'node:path';
import * as vscode from 'vscode';

/**
 * The file that a chat names: inside a folder of the workspace, or open in a panel.
 * @param open addresses of open checkpoints.
 * @throws Error that says what is allowed.
 */
export function checkpointAt(path: string, open: readonly vscode.Uri[]): vscode.Uri {
  const opened = open.find((uri) => uri.fsPath === path || uri.toString() === path);
  if (opened !== undefined) return opened;
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
  for (const { uri } of folders) {
    const file = resolve(uri.fsPath, path);
    const inside = relative(uri.fsPath, file);
    if (!inside.startsWith('..') && !isAbsolute(inside)) return vscode.Uri.file(file);
  }
  throw new Error(
    vscode.l10n.t(
      '{0} is neither in the workspace nor open in QK Lens. Open it there first, or name a file of the workspace.',
      path,
    ),
  );
}
