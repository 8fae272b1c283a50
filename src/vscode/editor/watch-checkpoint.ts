import * as vscode from 'vscode';
import { parentUri } from '../uris.js';

/** Time without further events after which a file counts as written: a checkpoint is saved in many steps. */
const SETTLE_MS = 400;

/** What is watched and who is told. */
export interface Watch {
  readonly uri: vscode.Uri;
  /** The files that make up the checkpoint, as far as they are known: its own, and those of a base in another folder. */
  readonly parts: () => readonly vscode.Uri[];
  readonly changed: () => void;
  readonly gone: () => void;
}

/** A watch that can be told to look for itself, since not every file system tells of changes. */
export interface CheckpointWatch {
  look(): Promise<void>;
  /** Watches the folders of parts that have become known. */
  follow(): void;
  dispose(): void;
}

/** Watches the files of a checkpoint until disposed of. */
export function watchCheckpoint({ uri, parts, changed, gone }: Watch): CheckpointWatch {
  const folders = new Map<string, vscode.Disposable>();
  const known = new Map<string, { readonly file: vscode.Uri; readonly state: Promise<string | null> }>();
  let timer: NodeJS.Timeout | undefined;
  const settle = async (): Promise<void> => {
    for (const [key, { file }] of known) known.set(key, { file, state: stateOf(file) });
    if ((await known.get(uri.toString())?.state) === null) gone();
    else changed();
  };
  const look = async (): Promise<void> => {
    const files = [...known.values()];
    const states = await Promise.all(files.map(async ({ file, state }) => [await state, await stateOf(file)] as const));
    if (states.some(([before, now]) => before !== now)) await settle();
  };
  const touched = (touchedUri: vscode.Uri): void => {
    if (!known.has(touchedUri.toString())) return;
    clearTimeout(timer);
    timer = setTimeout(() => void settle(), SETTLE_MS);
  };
  const follow = (): void => {
    for (const file of [uri, ...parts()]) {
      const [key, folder] = [file.toString(), parentUri(file)];
      if (known.has(key)) continue;
      known.set(key, { file, state: stateOf(file) });
      if (!folders.has(folder.toString())) folders.set(folder.toString(), watchFolder(folder, touched));
    }
  };
  follow();
  return {
    look,
    follow,
    dispose() {
      clearTimeout(timer);
      vscode.Disposable.from(...folders.values()).dispose();
    },
  };
}

function watchFolder(folder: vscode.Uri, touched: (uri: vscode.Uri) => void): vscode.Disposable {
  const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(folder, '*'));
  const events = [watcher.onDidChange(touched), watcher.onDidCreate(touched), watcher.onDidDelete(touched)];
  return vscode.Disposable.from(watcher, ...events);
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
