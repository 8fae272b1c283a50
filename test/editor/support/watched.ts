import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { until } from './until.js';

/** Waits until the editor tells changes in a folder: it takes a while to look at one that is new. */
export async function untilWatched(folder: string): Promise<void> {
  const probe = path.join(folder, 'probe.txt');
  const watcher = vscode.workspace.createFileSystemWatcher(new vscode.RelativePattern(vscode.Uri.file(folder), '*'));
  let told = 0;
  const subscription = watcher.onDidChange(() => told++);
  let written = 0;
  try {
    await until('the editor to watch the folder', () => {
      writeFileSync(probe, String(written++));
      return told > 0 ? true : undefined;
    });
  } finally {
    subscription.dispose();
    watcher.dispose();
    rmSync(probe);
  }
}
