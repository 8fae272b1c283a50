import * as vscode from 'vscode';
import { globMatcher } from './glob.js';

/** What files to look for. */
export interface Search {
  /** As in the settings. */
  readonly globs: readonly string[];
  /** No more than this many of each. */
  readonly most: number;
  /** A glob of what to leave out of folders on a disk; beside it, what the editor hides. */
  readonly exclude?: string;
  readonly token?: vscode.CancellationToken;
}

/** Each folder that lies on no disk may cost a request to a server. */
const MOST_FOLDERS = 60;

/** Libraries and results, in which nobody looks for their own files. */
const LEFT_OUT = /^(?:\..*|node_modules|venv|site-packages|__pycache__)$/u;

/**
 * Files of the workspace. Its folders that lie on no disk are gone through one by one, the upper ones first: where nothing searches them, the
 * editor's own search waits for ever.
 */
export async function findFiles(search: Search): Promise<vscode.Uri[]> {
  const { globs, exclude, most, token } = search;
  const folders = vscode.workspace.workspaceFolders ?? [];
  const elsewhere = folders.filter(({ uri }) => uri.scheme !== 'file');
  const onDisk = folders.filter(({ uri }) => uri.scheme === 'file');
  const patterns =
    elsewhere.length === 0
      ? globs
      : onDisk.flatMap((folder) => globs.map((glob) => new vscode.RelativePattern(folder, glob)));
  const found = await Promise.all([
    ...patterns.map((pattern) => vscode.workspace.findFiles(pattern, exclude, most, token)),
    ...elsewhere.map(({ uri }) => walk(uri, search)),
  ]);
  return [...new Map(found.flat().map((uri) => [uri.toString(), uri])).values()];
}

async function walk(root: vscode.Uri, { globs, most, token }: Search): Promise<vscode.Uri[]> {
  const matchers = globs.map(globMatcher);
  const found: vscode.Uri[] = [];
  const folders = [''];
  for (let at = 0; at < Math.min(folders.length, MOST_FOLDERS); at++) {
    const folder = folders[at] ?? '';
    for (const [name, type] of await entriesOf(vscode.Uri.joinPath(root, folder))) {
      if (token?.isCancellationRequested === true || found.length >= most) return found;
      const path = `${folder}${name}`;
      if ((type & vscode.FileType.Directory) === 0) {
        if (matchers.some((matches) => matches(path))) found.push(vscode.Uri.joinPath(root, path));
      } else if (!LEFT_OUT.test(name)) folders.push(`${path}/`);
    }
  }
  return found;
}

async function entriesOf(folder: vscode.Uri): Promise<[string, vscode.FileType][]> {
  try {
    return await vscode.workspace.fs.readDirectory(folder);
  } catch {
    return []; // one that cannot be listed has nothing to offer
  }
}
