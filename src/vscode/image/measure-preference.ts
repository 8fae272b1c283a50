import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { headToJson } from '../../core/export/analysis-json.js';
import type { Panel } from '../editor/panel.js';
import { provenanceOf } from '../export/provenance.js';
import { extensionVersion } from '../version.js';
import { askFolder, checkRunnable, type RanOverFolder, runOverFolder, save, showReport } from './over-folder.js';

const TITLE = vscode.l10n.t('Measure Preference over a Folder');

const SAVE = { json: vscode.l10n.t('Save as JSON...'), csv: vscode.l10n.t('Save as CSV...') } as const;

type Ran = RanOverFolder<'preference-folder'>;

/** Asks for a folder of pictures with masks, runs the panel's model on them, shows the attention preference, and saves it where that is wanted. */
export async function measurePreference(panel: Panel, extension: vscode.Extension<unknown>): Promise<void> {
  checkRunnable(panel);
  const title = vscode.l10n.t(
    '{0}: images with masks (NAME.jpg with NAME_mask.png, or folders images and masks)',
    TITLE,
  );
  const folder = await askFolder(panel, title, vscode.l10n.t('Measure'));
  if (folder === undefined) return;
  const name = basename(folder);
  const asked = { folder, keys: 'without-prefix' } as const;
  const ran = await runOverFolder(
    panel,
    'preference-folder',
    asked,
    vscode.l10n.t('QK Lens: preference over {0}', name),
  );
  if (ran === null) return;
  const { text, notes } = ran.result;
  const remarks = notes.map((note) => `- ${note}`);
  await showReport([
    `# ${vscode.l10n.t('Attention preference over {0}', name)}`,
    '',
    '```text',
    text.trimEnd(),
    '```',
    '',
    ...remarks,
    '',
  ]);
  await offerToSave(panel, folder, ran, extension);
}

async function offerToSave(panel: Panel, folder: string, ran: Ran, extension: vscode.Extension<unknown>) {
  const { opened } = panel.session;
  const picked = await vscode.window.showInformationMessage(
    vscode.l10n.t('The attention preference of all heads over {0} is measured.', basename(folder)),
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
  const { figures, csv, notes, bytesRead } = ran.result;
  const warnings = notes.map((message) => ({ code: 'preference', message }));
  const told = { version: extensionVersion(extension), command: 'attention', warnings, bytesRead };
  const head = headToJson(provenanceOf(opened, { ...told, totalMs: ran.elapsedMs }));
  await save(target, form === 'csv' ? csv : `${JSON.stringify({ ...head, ...figures }, null, 1)}\n`);
}
