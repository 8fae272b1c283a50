import { homedir } from 'node:os';
import * as vscode from 'vscode';
import type { Engine } from '../../host/engine/contract.js';
import type { Panel } from '../editor/panel.js';
import type { Picture } from '../../protocol/panel.js';
import { findModel } from '../session/opened.js';
import type { Run } from '../session/run.js';
import { baseName, parentUri } from '../uris.js';
import { extensionVersion } from '../version.js';
import { EXPORT_FORMATS, exportName, needsImage, type ExportFormat } from './formats.js';
import { figuresAs, type FinishedFigures } from './figures-as.js';

/** How long the status bar says where the file went. */
const SAID_MS = 6_000;

/** What exports are made with. */
export interface ExportParts {
  readonly extension: vscode.Extension<unknown>;
  readonly engine: Pick<Engine, 'figuresText'>;
}

/** Asks what to export of a panel, or in which form the picture given, and where to; writes it. */
export async function exportFigures(panel: Panel, parts: ExportParts, picture?: Picture): Promise<void> {
  const run = panel.session.runOf(panel);
  if (run === null) return;
  const format = await askFormat(run, picture, panel.session.image.state.kind === 'ready');
  if (format === undefined) return;
  const target = await askTarget(panel, run, format, parts.extension.extensionUri);
  if (target === undefined) return;
  const content = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('QK Lens: exporting') },
    () => contentOf(panel, run, format, parts),
  );
  if (content === null)
    throw new Error(vscode.l10n.t('The panel was closed or changed meanwhile. Show it, and export again.'));
  await vscode.workspace.fs.writeFile(target, content);
  vscode.window.setStatusBarMessage(vscode.l10n.t('Exported {0}', baseName(target)), SAID_MS);
}

async function askFormat(run: Run, picture: Picture | undefined, hasImage: boolean): Promise<ExportFormat | undefined> {
  const whole = run.analysis !== null;
  const formats = EXPORT_FORMATS.filter((format) => {
    if (format.kind === 'figures') return whole && picture === undefined;
    if (!hasImage && needsImage(format.picture)) return false;
    return picture === undefined || format.picture === picture;
  });
  const placeHolder =
    whole || picture !== undefined
      ? vscode.l10n.t('What to export')
      : vscode.l10n.t('Figures can be exported when all layers are computed');
  const items = formats.map((format) => ({ label: format.label, description: format.detail, format }));
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Export'),
    placeHolder,
    matchOnDescription: true,
  });
  return picked?.format;
}

async function askTarget(
  { uri, session }: Panel,
  { focus }: Run,
  format: ExportFormat,
  extension: vscode.Uri,
): Promise<vscode.Uri | undefined> {
  const several = (session.opened?.card.models.length ?? 0) > 1;
  const name = exportName(baseName(uri), several ? focus.model : null, focus.basis, format);
  return vscode.window.showSaveDialog({
    title: vscode.l10n.t('Export'),
    defaultUri: vscode.Uri.joinPath(folderFor(uri, extension), name),
    filters: { [format.label]: [format.form] },
  });
}

/** Beside the checkpoint, unless that is the sample inside the extension. */
function folderFor(uri: vscode.Uri, extension: vscode.Uri): vscode.Uri {
  if (!uri.toString().startsWith(extension.toString())) return parentUri(uri);
  return vscode.workspace.workspaceFolders?.[0]?.uri ?? vscode.Uri.file(homedir());
}

async function contentOf(panel: Panel, run: Run, format: ExportFormat, parts: ExportParts): Promise<Uint8Array | null> {
  const text = new TextEncoder();
  if (format.kind === 'figures') {
    const finished = finishedFigures(panel, run, parts);
    return finished === null ? null : text.encode(await figuresAs(format.form, finished));
  }
  const drawn = await panel.draw(format.picture, format.form);
  if (drawn === null) return null;
  return 'svg' in drawn ? text.encode(drawn.svg) : drawn.png;
}

function finishedFigures(
  { session }: Panel,
  { focus, analysis, elapsedMs }: Run,
  { extension, engine }: ExportParts,
): FinishedFigures | null {
  const { opened } = session;
  const model = opened === null ? undefined : findModel(opened, focus.model);
  if (opened === null || model === undefined || analysis === null) return null;
  return {
    opened,
    model,
    analysis,
    elapsedMs,
    analyse: (other) => session.analyse(other),
    engine,
    version: extensionVersion(extension),
    bundles: vscode.Uri.joinPath(extension.extensionUri, 'dist').fsPath,
  };
}
