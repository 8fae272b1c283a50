import { join } from 'node:path';
import * as vscode from 'vscode';
import type { SourceLink } from '../../core/source/contract.js';
import { resolveCheckpoint } from '../../host/files/resolve-checkpoint.js';
import type { FoundCheckpoint } from '../tree/find-checkpoints.js';
import { parentUri } from '../uris.js';

/** What a path or name in code means. */
export interface Target {
  /** The checkpoint, where there is one. */
  readonly uri: vscode.Uri | null;
  /** True for a path of weights where no file is. */
  readonly missing: boolean;
}

const NOTHING: Target = { uri: null, missing: false };

const WEIGHTS = /\.(?:safetensors|pth?|ckpt|bin|onnx|npz|h5|msgpack|gguf)$/iu;
const EXPLICIT = /^(?:\.{1,2}[\\/]|\/|[a-z]:[\\/])/iu;
/** An address, a home folder, or a text with parts that are filled in later. */
const UNKNOWABLE = /^~|:\/\/|[{}*?%$\n]/u;

/** Shorter names, such as `vit`, are in every second file name. */
const LEAST_NAME = 5;

/**
 * The checkpoint that a call or a key names: a path from the document's folder, a folder above it in the workspace, or
 * the root of any workspace folder; else a checkpoint of the workspace that bears the model's name.
 */
export async function resolveTarget(
  link: SourceLink,
  document: vscode.Uri,
  listed: readonly FoundCheckpoint[],
): Promise<Target> {
  const { target } = link;
  if (target === '' || UNKNOWABLE.test(target)) return NOTHING;
  if (link.kind === 'file') {
    for (const uri of candidates(target, document)) {
      const found = await checkpointAt(uri);
      if (found !== null) return { uri: found, missing: false };
    }
    const isPath = WEIGHTS.test(target) || EXPLICIT.test(target);
    if (isPath) return { uri: null, missing: document.scheme === 'file' };
  }
  return { uri: namedAlike(target, listed), missing: false };
}

function candidates(target: string, document: vscode.Uri): vscode.Uri[] {
  const path = target.replaceAll('\\', '/');
  if (/^(?:\/|[a-z]:\/)/iu.test(path)) return [vscode.Uri.file(path)];
  const roots = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri);
  const above: vscode.Uri[] = [];
  const root = vscode.workspace.getWorkspaceFolder(document)?.uri;
  if (document.scheme === 'file' || root !== undefined) {
    let folder = parentUri(document);
    above.push(folder);
    while (root !== undefined && folder.path.length > root.path.length) above.push((folder = parentUri(folder)));
  }
  const folders = new Map([...above, ...roots].map((uri) => [uri.toString(), uri]));
  return [...folders.values()].map((folder) => vscode.Uri.joinPath(folder, path));
}

/** The checkpoint in a file or folder; null where there is none, or several. */
async function checkpointAt(uri: vscode.Uri): Promise<vscode.Uri | null> {
  try {
    const { type } = await vscode.workspace.fs.stat(uri);
    if ((type & vscode.FileType.Directory) === 0) return WEIGHTS.test(uri.path) ? uri : null;
    if (uri.scheme !== 'file') return null;
    const { folder, name } = await resolveCheckpoint(uri.fsPath);
    return vscode.Uri.file(join(folder, name));
  } catch {
    return null;
  }
}

/** The one checkpoint whose file or folder bears the last part of a model's name. */
function namedAlike(target: string, listed: readonly FoundCheckpoint[]): vscode.Uri | null {
  const name = plain(target.split('/').at(-1) ?? '');
  if (name.length < LEAST_NAME) return null;
  const alike = listed.filter(({ uri }) => plain(uri.path.split('/').slice(-2).join('/')).includes(name));
  return alike.length === 1 ? (alike[0]?.uri ?? null) : null;
}

const plain = (name: string): string => name.toLowerCase().replace(/[-_. ]+/gu, '');
