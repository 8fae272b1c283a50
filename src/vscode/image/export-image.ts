import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Picture } from '../../protocol/panel.js';
import type { Panel } from '../editor/panel.js';
import { COMMANDS } from '../manifest/commands.js';
import { besidePicture } from './beside.js';
import { pathOnDisk } from '../uris.js';

/** How long the status bar says where the file went. */
const SAID_MS = 6_000;

/** What can be exported: arrays, or a picture that the panel draws. */
const EXPORTS: readonly (vscode.QuickPickItem & { readonly array?: 'npz' | 'csv'; readonly picture?: Picture })[] = [
  {
    label: vscode.l10n.t('NumPy archive'),
    description: vscode.l10n.t('Maps of all modes, attention of the head, pixels of the input'),
    array: 'npz',
  },
  { label: 'CSV', description: vscode.l10n.t('Maps of all modes, one row a patch'), array: 'csv' },
  { label: vscode.l10n.t('Modes on the image'), description: vscode.l10n.t('SVG or PNG'), picture: 'modes' },
  { label: vscode.l10n.t('Attention on the image'), description: vscode.l10n.t('SVG or PNG'), picture: 'attention' },
  {
    label: vscode.l10n.t('Object preference on the image'),
    description: vscode.l10n.t('SVG or PNG'),
    picture: 'preference',
  },
  { label: vscode.l10n.t('Strength of the prompt'), description: vscode.l10n.t('SVG or PNG'), picture: 'prompting' },
  { label: vscode.l10n.t('What lies off the object'), description: vscode.l10n.t('SVG or PNG'), picture: 'off-object' },
];

/** Asks what to export of the picture and the head, and where to. */
export async function exportImage(panel: Panel, layer: number, head: number, extension: vscode.Uri): Promise<void> {
  if (panel.session.image.figures === null) return;
  const picked = await vscode.window.showQuickPick(EXPORTS, {
    title: vscode.l10n.t('Export Image Figures'),
    matchOnDescription: true,
  });
  if (picked?.picture !== undefined) {
    await vscode.commands.executeCommand(COMMANDS.savePicture, { webviewSection: picked.picture });
  } else if (picked?.array !== undefined) await exportArrays(panel, layer, head, picked.array, extension);
}

async function exportArrays(
  panel: Panel,
  layer: number,
  head: number,
  form: 'npz' | 'csv',
  extension: vscode.Uri,
): Promise<void> {
  const { figures, source } = panel.session.image;
  const basis = panel.session.runOf(panel)?.focus.basis;
  if (figures === null || basis === undefined) return;
  const { name } = figures.card;
  const ending = `L${layer}-H${head}-${basis}.${form}`;
  const target = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Export Image Figures'),
    defaultUri: besidePicture({ name, source, ending }, extension),
    filters: form === 'npz' ? { [vscode.l10n.t('NumPy archive')]: ['npz'] } : { CSV: ['csv'] },
  });
  const path = pathOnDisk(target);
  if (path === undefined) return;
  const isWritten = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('QK Lens: exporting') },
    () => figures.writeArrays(path, layer, head, basis),
  );
  if (isWritten) vscode.window.setStatusBarMessage(vscode.l10n.t('Exported {0}', basename(path)), SAID_MS);
}
