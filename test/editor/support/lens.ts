import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { QkLensApi } from '../../../src/vscode/api.js';
import type { Panel } from '../../../src/vscode/editor/panel.js';
import { EDITORS } from '../../../src/vscode/manifest/views.js';
import type { Run } from '../../../src/vscode/session/run.js';
import type { Session } from '../../../src/vscode/session/session.js';
import { until } from './until.js';

/** The installed extension. */
export function extension(): vscode.Extension<QkLensApi> {
  const found = vscode.extensions.getExtension<QkLensApi>('qk-lens.qk-lens');
  assert.ok(found, 'qk-lens.qk-lens is not installed');
  return found;
}

/** What the extension lets tests see; activates it. */
export async function lens(): Promise<QkLensApi> {
  return extension().activate();
}

/** A file or folder of the workspace, which is a copy that tests may change. */
export function inWorkspace(name: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder, 'no folder is open');
  return vscode.Uri.joinPath(folder.uri, name);
}

/** A file or folder among the fixtures; the suite runs from where the build leaves it in the checkout. */
export function fixture(name: string): string {
  return path.join(__dirname, '../../test/fixtures', name);
}

/** A folder of its own inside the workspace, with copies of files of the sample; deleted after the test. */
export function scratchFolder(files: readonly string[] = []): { folder: string; delete(): void } {
  const folder = mkdtempSync(path.join(inWorkspace('').fsPath, 'scratch-'));
  mkdirSync(folder, { recursive: true });
  for (const name of files) copyFileSync(inWorkspace(`sample/${name}`).fsPath, path.join(folder, name));
  return { folder, delete: () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }) };
}

/** A file that is open, as the extension knows it. */
export interface Shown {
  readonly api: QkLensApi;
  readonly uri: vscode.Uri;
  readonly session: Session;
  readonly panel: Panel;
}

/** Opens a file as a click does, and waits for its panel. */
export async function open(file: string | vscode.Uri, how: 'click' | 'option' = 'click'): Promise<Shown> {
  const uri = typeof file === 'string' ? vscode.Uri.file(file) : file;
  const api = await lens();
  if (how === 'click') await vscode.commands.executeCommand('vscode.open', uri);
  else await vscode.commands.executeCommand('vscode.openWith', uri, EDITORS.checkpointOption);
  const panel = await until('the panel', () => api.panels.of(uri)[0]);
  return { api, uri, session: panel.session, panel };
}

/** The analysis that the panel shows, once it has reached a status. */
export async function run(shown: Pick<Shown, 'session' | 'panel'>, status: Run['status'] = 'done'): Promise<Run> {
  return until(`an analysis that is ${status}`, () => {
    const current = shown.session.runOf(shown.panel);
    return current?.status === status ? current : undefined;
  });
}

/** Closes all editors and waits until their sessions have ended. */
export async function closeAll(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  const api = await lens();
  await until('the end of all sessions', () => (api.sessions.uris.length === 0 ? true : undefined));
}
