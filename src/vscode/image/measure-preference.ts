import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { headToJson } from '../../core/export/analysis-json.js';
import type { MeasuredFolder } from '../../protocol/image-worker.js';
import type { Panel } from '../editor/panel.js';
import { provenanceOf } from '../export/provenance.js';
import { extensionVersion } from '../version.js';

const TITLE = 'Measure Preference over a Folder';

/** How long the status bar says where the file went. */
const SAID_MS = 6_000;

const SAVE = { json: 'Save as JSON...', csv: 'Save as CSV...' } as const;

/** What a run over a folder gave, and how long it took. */
interface Ran {
  readonly measured: MeasuredFolder;
  readonly elapsedMs: number;
}

/** Asks for a folder of pictures with masks, runs the panel's model on them, shows the attention preference, and saves it where that is wanted. */
export async function measurePreference(panel: Panel, extension: vscode.Extension<unknown>): Promise<void> {
  const { image } = panel.session;
  if (image.state.kind === 'cannot-run') {
    const { title, detail, advice } = image.state.trouble;
    throw new Error([title, detail, advice].join(' '));
  }
  const folder = await askFolder(image.source?.kind === 'file' ? dirname(image.source.path) : undefined);
  if (folder === undefined) return;
  const ran = await run(panel, folder);
  if (ran === null) return;
  const content = report(folder, ran.measured);
  const document = await vscode.workspace.openTextDocument({ content, language: 'markdown' });
  await vscode.window.showTextDocument(document, { preview: false });
  await offerToSave(panel, folder, ran, extension);
}

async function askFolder(beside: string | undefined): Promise<string | undefined> {
  const picked = await vscode.window.showOpenDialog({
    title: `${TITLE}: images with masks (NAME.jpg with NAME_mask.png, or folders images and masks)`,
    openLabel: 'Measure',
    canSelectFiles: false,
    canSelectFolders: true,
    canSelectMany: false,
    ...(beside === undefined ? {} : { defaultUri: vscode.Uri.file(beside) }),
  });
  const [uri] = picked ?? [];
  return uri?.scheme === 'file' ? uri.fsPath : undefined;
}

/** Null when it was cancelled or the panel has no model. */
async function run(panel: Panel, folder: string): Promise<Ran | null> {
  const started = performance.now();
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: `QK Lens: preference over ${basename(folder)}`,
    cancellable: true,
  };
  return vscode.window.withProgress(options, async (notification, token) => {
    const work = new AbortController();
    const listening = token.onCancellationRequested(() => {
      work.abort();
    });
    try {
      const measured = await panel.session.image.measureFolder(panel, folder, {
        signal: work.signal,
        progress: (told) => {
          if (!('done' in told)) return;
          notification.report({
            message: `image ${told.done + 1} of ${told.total}`,
            increment: told.done === 0 ? 0 : 100 / told.total,
          });
        },
      });
      return measured === null ? null : { measured, elapsedMs: performance.now() - started };
    } catch (error) {
      if (work.signal.aborted) return null;
      throw error;
    } finally {
      listening.dispose();
    }
  });
}

function report(folder: string, { text, notes }: MeasuredFolder): string {
  const remarks = notes.map((note) => `- ${note}`);
  return [`# Attention preference over ${basename(folder)}`, '', '```text', text.trimEnd(), '```', '', ...remarks, '']
    .join('\n')
    .replace(/\n+$/u, '\n');
}

async function offerToSave(panel: Panel, folder: string, ran: Ran, extension: vscode.Extension<unknown>) {
  const { opened } = panel.session;
  const picked = await vscode.window.showInformationMessage(
    `The attention preference of all heads over ${basename(folder)} is measured.`,
    SAVE.json,
    SAVE.csv,
  );
  if (picked === undefined || opened === null) return;
  const form = picked === SAVE.json ? 'json' : 'csv';
  const target = await vscode.window.showSaveDialog({
    title: TITLE,
    defaultUri: vscode.Uri.file(join(dirname(folder), `${basename(folder)}-preference.${form}`)),
    filters: { [form.toUpperCase()]: [form] },
  });
  if (target === undefined) return;
  const { figures, csv, notes, bytesRead } = ran.measured;
  const warnings = notes.map((message) => ({ code: 'preference', message }));
  const told = { version: extensionVersion(extension), command: 'attention', warnings, bytesRead };
  const head = headToJson(provenanceOf(opened, { ...told, totalMs: ran.elapsedMs }));
  const content = form === 'csv' ? csv : `${JSON.stringify({ ...head, ...figures }, null, 1)}\n`;
  await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(content));
  vscode.window.setStatusBarMessage(`Saved ${basename(target.path)}`, SAID_MS);
}
