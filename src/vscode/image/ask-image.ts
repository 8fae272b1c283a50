import { dirname } from 'node:path';
import * as vscode from 'vscode';
import { findFiles } from '../search/find-files.js';
import { baseName, parentUri } from '../uris.js';
import type { RecentImages } from './recent-images.js';

/** Ends of the names of pictures that are read. */
const IMAGE_ENDS = ['png', 'jpg', 'jpeg', 'webp', 'gif', 'tif', 'tiff', 'avif'];

/** Pictures of the workspace that the list shows; more are found by browsing. */
const MAX_LISTED = 200;

/** Pictures that come with the extension. */
const SAMPLES = ['coffee.png', 'chelsea.png', 'astronaut.png', 'rocket.png'];

interface Item extends vscode.QuickPickItem {
  readonly uri?: vscode.Uri;
  readonly browse?: boolean;
}

/** Path of a picture that comes with the extension. */
export function sampleImage(extension: vscode.Uri, name = SAMPLES[0] ?? ''): string {
  return vscode.Uri.joinPath(extension, 'media', 'sample', 'images', name).fsPath;
}

/** Asks for a picture: recent ones, those of the sample, those of the workspace, or any other. Undefined when none was chosen. */
export async function askImage(extension: vscode.Uri, recent: RecentImages): Promise<vscode.Uri | undefined> {
  const picked = await vscode.window.showQuickPick(items(extension, recent), {
    title: vscode.l10n.t('Open Image'),
    placeHolder: vscode.l10n.t('The picture that the model is run on'),
    matchOnDescription: true,
  });
  return picked?.browse === true ? browse(vscode.l10n.t('Open Image'), undefined) : picked?.uri;
}

async function items(extension: vscode.Uri, recent: RecentImages): Promise<Item[]> {
  const samples = SAMPLES.map((name) => sampleImage(extension, name));
  const known = recent.paths.filter((path) => !samples.includes(path)).map((path) => vscode.Uri.file(path));
  const isKnown = new Set(known.map(String));
  const found = await findFiles({ globs: [`**/*.{${IMAGE_ENDS.join(',')}}`], most: MAX_LISTED });
  const others = found.filter((uri) => !isKnown.has(uri.toString()));
  return [
    { label: `$(folder-opened) ${vscode.l10n.t('Browse...')}`, alwaysShow: true, browse: true },
    ...section(vscode.l10n.t('Recent'), known),
    ...section(
      vscode.l10n.t('With QK Lens'),
      samples.map((path) => vscode.Uri.file(path)),
    ),
    ...section(
      vscode.l10n.t('In the workspace'),
      others.sort((one, other) => one.path.localeCompare(other.path)),
    ),
  ];
}

function section(title: string, uris: readonly vscode.Uri[]): Item[] {
  if (uris.length === 0) return [];
  const separator = { label: title, kind: vscode.QuickPickItemKind.Separator };
  return [
    separator,
    ...uris.map((uri) => ({
      label: baseName(uri),
      description: vscode.workspace.asRelativePath(parentUri(uri)),
      uri,
    })),
  ];
}

/** Asks for a mask, beside the picture first. */
export function askMask(image: string | undefined): Promise<vscode.Uri | undefined> {
  return browse(vscode.l10n.t('Open Mask'), image);
}

async function browse(title: string, beside: string | undefined): Promise<vscode.Uri | undefined> {
  const picked = await vscode.window.showOpenDialog({
    title,
    openLabel: vscode.l10n.t('Open'),
    canSelectMany: false,
    filters: { [vscode.l10n.t('Images')]: IMAGE_ENDS, [vscode.l10n.t('All files')]: ['*'] },
    ...(beside === undefined ? {} : { defaultUri: vscode.Uri.file(dirname(beside)) }),
  });
  return picked?.[0];
}
