import * as vscode from 'vscode';
import { parentUri } from '../uris.js';

/** Time without further events after which a file counts as written: a checkpoint is saved in many steps. */
const SETTLE_MS = 400;

/** What is watched and who is told. */
export interface Watch {
  readonly uri: vscode.Uri;
  /** Names, beside the file's own, of the files that make up the checkpoint. */
  readonly parts: () => readonly string[];
  readonly changed: () => void;
  readonly gone: () => void;
}

/** A watch that can be told to look for itself, since not every file system tells of changes. */
export interface CheckpointWatch {
  look(): Promise<void>;
  dispose(): void;
}

/** Watches the files of a checkpoint until disposed of. */
export function watchCheckpoint({ uri, parts, changed, gone }: Watch): CheckpointWatch {
  const folder = parentUri(uri);
  const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, '*'));
  let timer: NodeJS.Timeout | undefined;
  let known = stateOf(uri);
  const settle = async (): Promise<void> => {
    known = stateOf(uri);
    if ((await known) === null) gone();
    else changed();
  };
  const look = async (): Promise<void> => {
    const [before, now] = await Promise.all([known, stateOf(uri)]);
    if (before !== now) await settle();
  };
  const touched = (touchedUri: vscode.Uri): void => {
    const names = [uri, ...parts().map((name) => vscode.Uri.joinPath(folder, name))].map(String);
    if (!names.includes(touchedUri.toString())) return;
    clearTimeout(timer);
    timer = setTimeout(() => void settle(), SETTLE_MS);
  };
  const events = [watcher.onDidChange(touched), watcher.onDidCreate(touched), watcher.onDidDelete(touched)];
  const all = vscode.Disposable.from(watcher, ...events, { dispose: () => clearTimeout(timer) });
  return {
    look,
    dispose() {
      all.dispose();
    },
  };
}

/** Size and time of a file as one word; null when it is not there. */
async function stateOf(uri: vscode.Uri): Promise<string | null> {
  try {
    const { size, mtime } = await vscode.workspace.fs.stat(uri);
    return `${size} ${mtime}`;
  } catch {
    return null;
  }
}
