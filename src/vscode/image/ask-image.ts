import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import type { RecentImages } from './recent-images.js';

/** Ends of the names of pictures that are read. */
const IMAGE_ENDS = ['png', 'jpg', 'jpeg', 'webp', 'gif', 'tif', 'tiff', 'avif'];

/** Pictures of the workspace that the list shows; more are found by browsing. */
const MAX_LISTED = 200;

/** Pictures that come with the extension. */
const SAMPLES = ['coffee.png', 'chelsea.png', 'astronaut.png', 'rocket.png'];

interface Item extends vscode.QuickPickItem {
  readonly path?: string;
  readonly browse?: boolean;
}

/** Path of a picture that comes with the extension. */
export function sampleImage(extension: vscode.Uri, name = SAMPLES[0] ?? ''): string {
  return vscode.Uri.joinPath(extension, 'media', 'sample', 'images', name).fsPath;
}

/** Asks for a picture: recent ones, those of the sample, those of the workspace, or any other. Undefined when none was chosen. */
export async function askImage(extension: vscode.Uri, recent: RecentImages): Promise<string | undefined> {
  const picked = await vscode.window.showQuickPick(items(extension, recent), {
    title: vscode.l10n.t('Open Image'),
    placeHolder: vscode.l10n.t('The picture that the model is run on'),
    matchOnDescription: true,
  });
  return picked?.browse === true ? browse(vscode.l10n.t('Open Image'), undefined) : picked?.path;
}

async function items(extension: vscode.Uri, recent: RecentImages): Promise<Item[]> {
  const samples = SAMPLES.map((name) => sampleImage(extension, name));
  const known = recent.paths.filter((path) => !samples.includes(path));
  const found = await vscode.workspace.findFiles(`**/*.{${IMAGE_ENDS.join(',')}}`, undefined, MAX_LISTED);
  const inWorkspace = found.filter(({ scheme }) => scheme === 'file').map(({ fsPath }) => fsPath);
  return [
    { label: `$(folder-opened) ${vscode.l10n.t('Browse...')}`, alwaysShow: true, browse: true },
    ...section(vscode.l10n.t('Recent'), known),
    ...section(vscode.l10n.t('With QK Lens'), samples),
    ...section(
      vscode.l10n.t('In the workspace'),
      inWorkspace.filter((path) => !known.includes(path)).sort((one, other) => one.localeCompare(other)),
    ),
  ];
}

function section(title: string, paths: readonly string[]): Item[] {
  if (paths.length === 0) return [];
  const separator = { label: title, kind: vscode.QuickPickItemKind.Separator };
  return [
    separator,
    ...paths.map((path) => ({
      label: basename(path),
      description: vscode.workspace.asRelativePath(dirname(path)),
      path,
    })),
  ];
}

/** Asks for a mask, beside the picture first. */
export function askMask(image: string | undefined): Promise<string | undefined> {
  return browse(vscode.l10n.t('Open Mask'), image);
}

async function browse(title: string, beside: string | undefined): Promise<string | undefined> {
  const picked = await vscode.window.showOpenDialog({
    title,
    openLabel: vscode.l10n.t('Open'),
    canSelectMany: false,
    filters: { [vscode.l10n.t('Images')]: IMAGE_ENDS, [vscode.l10n.t('All files')]: ['*'] },
    ...(beside === undefined ? {} : { defaultUri: vscode.Uri.file(dirname(beside)) }),
  });
  const [uri] = picked ?? [];
  return uri?.scheme === 'file' ? uri.fsPath : undefined;
}
