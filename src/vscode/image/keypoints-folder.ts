import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { headToJson } from '../../core/export/analysis-json.js';
import { fixed } from '../../core/text/numbers.js';
import { forgetState } from '../../host/semantics/folder-run.js';
import type { MeasuredKeypoints } from '../../protocol/image-worker.js';
import type { Panel } from '../editor/panel.js';
import { provenanceOf } from '../export/provenance.js';
import { extensionVersion } from '../version.js';
import { chooseImage, type ImageIntentParts, openImage } from './image-intents.js';
import { askFolder, checkRunnable, runOverFolder, save, showReport } from './over-folder.js';
import { pathOnDisk } from '../uris.js';

/** Images that a report lists; the saved file has all. */
const MOST_LISTED = 200;

/** What the object of the pictures is told by. */
interface ObjectWish {
  readonly mask: string | null;
  readonly objectFromTokens: boolean;
}

/**
 * Asks for a folder of pictures and where the figures go, runs the panel's model on them, and shows how attention follows their keypoints,
 * with a list that leads to each picture. A run that was stopped goes on where it was when the same file is chosen.
 */
export async function keypointsOfFolder(
  panel: Panel,
  extension: vscode.Extension<unknown>,
  images: ImageIntentParts,
): Promise<void> {
  checkRunnable(panel);
  const title = vscode.l10n.t('Keypoint Semantics of a Folder');
  const folder = await askFolder(panel, title, vscode.l10n.t('Analyse'));
  if (folder === undefined) return;
  const object = await askObject(panel, title);
  if (object === undefined) return;
  const target = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('{0}: where the figures go', title),
    defaultUri: vscode.Uri.file(join(dirname(folder), `${basename(folder)}-keypoints.json`)),
    filters: { JSON: ['json'] },
  });
  const { opened } = panel.session;
  const output = pathOnDisk(target);
  if (target === undefined || output === undefined || opened === null) return;
  const version = extensionVersion(extension);
  const asked = { folder, ...object, output, version };
  const doing = vscode.l10n.t('QK Lens: keypoints of {0}', basename(folder));
  const ran = await runOverFolder(panel, 'keypoints-folder', asked, doing);
  if (ran === null) return;
  const { figures, notes, bytesRead } = ran.result;
  const warnings = notes.map((message) => ({ code: 'keypoints', message }));
  const told = { version, command: 'semantics', warnings, bytesRead, totalMs: ran.elapsedMs };
  const head = headToJson(provenanceOf(opened, told));
  await save(target, `${JSON.stringify({ ...head, ...figures }, null, 1)}\n`);
  await forgetState(`${output}.partial.jsonl`);
  await showReport(report(folder, ran.result));
  await offerMore(panel, folder, target, ran.result, images);
}

async function askObject(panel: Panel, title: string): Promise<ObjectWish | undefined> {
  const without = { label: vscode.l10n.t('No object'), detail: vscode.l10n.t('Whether attention follows keypoints') };
  const masks = {
    label: vscode.l10n.t('Object by masks...'),
    detail: vscode.l10n.t('Also what matters off the object; a folder of PNG masks by the names of the images'),
  };
  const tokens = {
    label: vscode.l10n.t('Object by tokens'),
    detail: vscode.l10n.t('The same, where the object is what the final tokens of the model set apart'),
  };
  const picked = await vscode.window.showQuickPick([without, masks, tokens], { title });
  if (picked === undefined) return undefined;
  if (picked !== masks) return { mask: null, objectFromTokens: picked === tokens };
  const mask = await askFolder(panel, vscode.l10n.t('{0}: masks', title), vscode.l10n.t('Choose'));
  return mask === undefined ? undefined : { mask, objectFromTokens: false };
}

function report(folder: string, { text, notes, images }: MeasuredKeypoints): string[] {
  const listed = images.slice(0, MOST_LISTED);
  const rows = listed.map(({ name, keypoints, significantHeads, offRatio, log2Lift }) => {
    const link = `[${name.replaceAll(/[\\[\]|]/gu, '\\$&')}](<${vscode.Uri.file(join(folder, name)).toString()}>)`;
    const cells = [link, keypoints, significantHeads, fixed(offRatio, 3), fixed(log2Lift, 3)];
    return `| ${cells.join(' | ')} |`;
  });
  const more = images.length - listed.length;
  return [
    `# ${vscode.l10n.t('Keypoints of {0}', basename(folder))}`,
    '',
    '```text',
    text.trimEnd(),
    '```',
    '',
    `| ${COLUMNS.join(' | ')} |`,
    `| --- | ${'---: | '.repeat(COLUMNS.length - 1).trimEnd()}`,
    ...rows,
    ...(more > 0 ? ['', vscode.l10n.t('{0} more images are in the saved file.', more)] : []),
    '',
    ...notes.map((note) => `- ${note}`),
    '',
  ];
}

const COLUMNS = [
  vscode.l10n.t('image'),
  vscode.l10n.t('keypoints'),
  vscode.l10n.t('significant heads'),
  vscode.l10n.t('off ratio'),
  vscode.l10n.t('log2 lift'),
] as const;

async function offerMore(
  panel: Panel,
  folder: string,
  target: vscode.Uri,
  { images, csv }: MeasuredKeypoints,
  parts: ImageIntentParts,
): Promise<void> {
  const open = vscode.l10n.t('Open an Image...');
  const asCsv = vscode.l10n.t('Save as CSV');
  const said = vscode.l10n.t('{0} images are analysed; the figures are in {1}.', images.length, basename(target.path));
  const picked = await vscode.window.showInformationMessage(said, open, asCsv);
  if (picked === asCsv) await save(target.with({ path: target.path.replace(/(?:\.json)?$/u, '.csv') }), csv);
  if (picked !== open) return;
  const items = images.map(({ name, keypoints, significantHeads, log2Lift }) => ({
    label: name,
    description: vscode.l10n.t('{0} keypoints, {1} significant heads', keypoints, significantHeads),
    ...(log2Lift === null ? {} : { detail: vscode.l10n.t('log2 lift {0}', fixed(log2Lift, 3)) }),
  }));
  const image = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Keypoints of {0}', basename(folder)),
  });
  if (image !== undefined) await openKeypoints(panel, join(folder, image.label), parts);
}

/** Asks for a picture, runs the panel's model on it, and shows its keypoints. */
export async function keypointsOfImage(panel: Panel, parts: ImageIntentParts): Promise<void> {
  checkRunnable(panel);
  await chooseImage(panel, parts);
  showTab(panel);
}

async function openKeypoints(panel: Panel, path: string, parts: ImageIntentParts): Promise<void> {
  panel.reveal();
  await openImage(panel, { kind: 'file', path }, parts);
  showTab(panel);
}

function showTab(panel: Panel): void {
  if (panel.session.image.figures !== null) panel.showTab('keypoints');
}
