import * as vscode from 'vscode';
import type { CheckpointList } from '../tree/checkpoint-list.js';
import type { ClassLinks } from './class-links.js';
import type { SourceIndex } from './source-index.js';
import { textKey } from './texts.js';

/** What a link is made with. */
interface LinkParts {
  readonly index: SourceIndex;
  readonly classLinks: ClassLinks;
  readonly list: CheckpointList;
}

/** A class of a document. */
interface ClassLine {
  readonly name: string;
  readonly line: number;
}

/**
 * Asks which checkpoint a class belongs to and remembers it in the workspace.
 * @param target address of a document, from a quick fix; else the active editor's.
 * @param line in it, from a quick fix.
 */
export async function askLink(parts: LinkParts, target: unknown, line: unknown): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const document = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === target) ?? editor?.document;
  if (document?.languageId !== 'python') return;
  const at = typeof line === 'number' ? line : (editor?.selection.active.line ?? 0);
  const name = await askClass(document, at);
  if (name === undefined) return;
  const checkpoint = await askCheckpoint(parts.list, name);
  if (checkpoint === undefined) return;
  await parts.classLinks.set(name, textKey(document).file, checkpoint);
  parts.index.refresh();
}

/** The class around a line; where there is none, one that is picked. */
async function askClass(document: vscode.TextDocument, line: number): Promise<string | undefined> {
  const classes = classLines(document);
  const before = classes.filter((one) => one.line <= line);
  const around = before.at(-1);
  if (around !== undefined && isInside(document, around.line, line)) return around.name;
  const picked = await vscode.window.showQuickPick(
    classes.map(({ name, line: at }) => ({ label: name, description: vscode.l10n.t('line {0}', at + 1) })),
    { title: vscode.l10n.t('Link Class to a Checkpoint'), placeHolder: vscode.l10n.t('Which class?') },
  );
  return picked?.label;
}

function classLines(document: vscode.TextDocument): ClassLine[] {
  return Array.from({ length: document.lineCount }, (_, line) => line).flatMap((line): ClassLine[] => {
    const name = /^class\s+([\p{L}_][\p{L}\p{N}_]*)/u.exec(document.lineAt(line).text)?.[1];
    return name === undefined ? [] : [{ name, line }];
  });
}

/** True where no line between begins at the margin again. */
function isInside(document: vscode.TextDocument, start: number, line: number): boolean {
  for (let at = start + 1; at <= line; at++) if (/^[^\s#)\]}]/u.test(document.lineAt(at).text)) return false;
  return true;
}

interface CheckpointItem extends vscode.QuickPickItem {
  readonly checkpoint: string | null;
}

/** Address of the picked checkpoint; null to choose by fit again; undefined when nothing was picked. */
async function askCheckpoint(list: CheckpointList, name: string): Promise<string | null | undefined> {
  const found = await list.get();
  const items: CheckpointItem[] = [
    {
      label: vscode.l10n.t('By fit'),
      description: vscode.l10n.t('the checkpoint whose tensors fit, with no link'),
      checkpoint: null,
    },
    ...found.map(({ uri }) => ({ label: vscode.workspace.asRelativePath(uri), checkpoint: uri.toString() })),
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: vscode.l10n.t('Link {0} to a Checkpoint', name),
    placeHolder: vscode.l10n.t('Which checkpoint holds the weights of {0}?', name),
  });
  return picked?.checkpoint;
}
