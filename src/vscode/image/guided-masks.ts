import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { MASK_DEFAULTS, type MaskGuide } from '../../core/analysis/keypoints/guided-mask.js';
import type { Panel } from '../editor/panel.js';
import { extensionVersion } from '../version.js';
import { askFolder, checkRunnable, runOverFolder, showReport } from './over-folder.js';

/** Asks for a folder of pictures, how masking is guided and where the masks go, and writes them; a run that was stopped goes on where it was. */
export async function exportGuidedMasks(panel: Panel, extension: vscode.Extension<unknown>): Promise<void> {
  checkRunnable(panel);
  const title = vscode.l10n.t('Export Guided Masks');
  const folder = await askFolder(panel, title, vscode.l10n.t('Export'));
  if (folder === undefined) return;
  const guide = await askGuide(title);
  if (guide === undefined) return;
  const target = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('{0}: where the masks go', title),
    defaultUri: vscode.Uri.file(join(dirname(folder), `${basename(folder)}-masks.npz`)),
    filters: { NumPy: ['npz'] },
  });
  if (target?.scheme !== 'file') return;
  // The description goes beside it, under the same name.
  const file = target.fsPath.endsWith('.npz') ? target.fsPath : `${target.fsPath}.npz`;
  const asked = { folder, file, ...guide, version: extensionVersion(extension) };
  const doing = vscode.l10n.t('QK Lens: guided masks of {0}', basename(folder));
  const ran = await runOverFolder(panel, 'guided-masks', asked, doing);
  if (ran === null) return;
  const { done, skipped } = ran.result;
  const said = vscode.l10n.t('Chances to be masked of {0} images are in {1}.', done, basename(file));
  if (skipped.length === 0) {
    void vscode.window.showInformationMessage(said);
    return;
  }
  await showReport([said, '', ...skipped.map(({ name, problem }) => `- ${name}: ${problem}`), '']);
}

async function askGuide(title: string): Promise<MaskGuide | undefined> {
  const rich = { label: vscode.l10n.t('Patches with many keypoints first'), direction: 'rich' } as const;
  const poor = { label: vscode.l10n.t('Patches with few keypoints first'), direction: 'poor' } as const;
  const direction = await vscode.window.showQuickPick([rich, poor], {
    title,
    placeHolder: vscode.l10n.t('Which patches are masked more often'),
  });
  if (direction === undefined) return undefined;
  const ratio = await askShare(title, vscode.l10n.t('Share of the patches that is masked'), MASK_DEFAULTS.ratio);
  if (ratio === undefined) return undefined;
  const how = vscode.l10n.t('How much keypoints guide: 0 even chances, 1 keypoints alone');
  const strength = await askShare(title, how, MASK_DEFAULTS.strength);
  return strength === undefined ? undefined : { ratio, strength, direction: direction.direction };
}

async function askShare(title: string, prompt: string, usual: number): Promise<number | undefined> {
  const text = await vscode.window.showInputBox({
    title,
    prompt,
    value: String(usual),
    validateInput: (given) =>
      shareOf(given) === null ? vscode.l10n.t('A number from 0 to 1, such as {0}', usual) : null,
  });
  return text === undefined ? undefined : (shareOf(text) ?? undefined);
}

function shareOf(text: string): number | null {
  const value = Number(text);
  return /^(?:\d+\.?\d*|\.\d+)$/u.test(text.trim()) && value >= 0 && value <= 1 ? value : null;
}
