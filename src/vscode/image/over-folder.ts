import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import type { ImageTasks } from '../../protocol/image-worker.js';
import type { Panel } from '../editor/panel.js';
import type { FolderTaskName } from '../session/image-desk.js';
import { TrustNeeded } from '../trust.js';
import { pathOnDisk } from '../uris.js';

/** How long the status bar says where a file went. */
const SAID_MS = 6_000;

/** What a run over a folder gave, and how long it took. */
export interface RanOverFolder<Name extends FolderTaskName> {
  readonly result: ImageTasks[Name]['result'];
  readonly elapsedMs: number;
}

/** @throws Error saying why the model of a panel cannot be run; TrustNeeded where that waits for trust. */
export function checkRunnable({ session: { image } }: Panel): void {
  if (image.state.kind !== 'cannot-run') return;
  const { untrusted, trouble } = image.state;
  const { title, detail, advice } = trouble;
  const why = [title, detail, advice].join(' ');
  throw untrusted ? new TrustNeeded(why) : new Error(why);
}

/** Asks for a folder, beside the picture of a panel first; undefined when none was chosen. */
export async function askFolder(
  { session: { image } }: Panel,
  title: string,
  openLabel: string,
): Promise<string | undefined> {
  const { source } = image;
  const picked = await vscode.window.showOpenDialog({
    title,
    openLabel,
    canSelectFiles: false,
    canSelectFolders: true,
    canSelectMany: false,
    ...(source?.kind === 'file' ? { defaultUri: vscode.Uri.file(dirname(source.path)) } : {}),
  });
  return pathOnDisk(picked?.[0]);
}

/** Runs a panel's model over a folder, with progress that can be cancelled. Null when it was, or when the panel has no model. */
export async function runOverFolder<Name extends FolderTaskName>(
  panel: Panel,
  name: Name,
  params: ImageTasks[Name]['params'],
  title: string,
): Promise<RanOverFolder<Name> | null> {
  const started = performance.now();
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, async (notification, token) => {
    const work = new AbortController();
    const listening = token.onCancellationRequested(() => {
      work.abort();
    });
    let before = 0;
    try {
      const result = await panel.session.image.overFolder(panel, name, params, {
        signal: work.signal,
        progress: (told) => {
          if (!('done' in told)) return;
          notification.report({
            message: vscode.l10n.t('image {0} of {1}', told.done + 1, told.total),
            increment: (100 * (told.done - before)) / told.total,
          });
          before = told.done;
        },
      });
      return result === null ? null : { result, elapsedMs: performance.now() - started };
    } catch (error) {
      if (work.signal.aborted) return null;
      throw error;
    } finally {
      listening.dispose();
    }
  });
}

/** Shows a report as a document of its own. */
export async function showReport(lines: readonly string[]): Promise<void> {
  const content = lines.join('\n').replace(/\n+$/u, '\n');
  const document = await vscode.workspace.openTextDocument({ content, language: 'markdown' });
  await vscode.window.showTextDocument(document, { preview: false });
}

/** Writes a file and says where it went. */
export async function save(target: vscode.Uri, content: string): Promise<void> {
  await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(content));
  vscode.window.setStatusBarMessage(vscode.l10n.t('Saved {0}', basename(target.path)), SAID_MS);
}
