import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { CONCENTRATIONS } from '../../core/analysis/keypoints/concentration.js';
import { MASK_DEFAULTS } from '../../core/analysis/keypoints/guided-mask.js';
import type { Panel } from '../editor/panel.js';
import type { MaskWish } from '../../protocol/off-object.js';
import { besidePicture } from './beside.js';
import { askFolder, checkRunnable, runOverFolder, showReport } from './over-folder.js';
import { pathOnDisk } from '../uris.js';

/**
 * Asks for a folder of pictures, how masking is guided and where the masks go, and writes them; a run that was stopped goes on where it was.
 * @param version of the extension.
 * @param wish null: asks for it.
 */
export async function exportGuidedMasks(panel: Panel, version: string, wish: MaskWish | null = null): Promise<void> {
  checkRunnable(panel);
  const title = vscode.l10n.t('Export Guided Masks');
  const folder = await askFolder(panel, title, vscode.l10n.t('Export'));
  if (folder === undefined) return;
  const guide = wish ?? (await askGuide(title));
  if (guide === undefined) return;
  const usual = vscode.Uri.file(join(dirname(folder), `${basename(folder)}-masks.npz`));
  const file = await askTarget(title, usual);
  if (file === undefined) return;
  const asked = { folder, file, ...guide, version };
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

/** Asks where the guided masking of the picture on show goes, and writes it. */
export async function exportMaskOfPicture(panel: Panel, wish: MaskWish, extension: vscode.Uri): Promise<void> {
  const { figures, source } = panel.session.image;
  if (figures === null) return;
  const { name } = figures.card;
  const usual = besidePicture({ name, source, ending: 'masks.npz' }, extension);
  const file = await askTarget(vscode.l10n.t('Export Guided Masks'), usual);
  if (file === undefined || !(await figures.writeMask(file, wish))) return;
  void vscode.window.showInformationMessage(
    vscode.l10n.t('Chances to be masked of {0} are in {1}.', name, basename(file)),
  );
}

/** The description goes beside it, under the same name. */
async function askTarget(title: string, usual: vscode.Uri): Promise<string | undefined> {
  const target = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('{0}: where the masks go', title),
    defaultUri: usual,
    filters: { NumPy: ['npz'] },
  });
  const path = pathOnDisk(target);
  return path === undefined || path.endsWith('.npz') ? path : `${path}.npz`;
}

async function askGuide(title: string): Promise<MaskWish | undefined> {
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
  if (strength === undefined) return undefined;
  const [concentration] = CONCENTRATIONS;
  return { ratio, strength, direction: direction.direction, concentration };
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
