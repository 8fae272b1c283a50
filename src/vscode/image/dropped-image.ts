import * as vscode from 'vscode';
import { CheckpointError } from '../../core/errors.js';
import type { ImageSource } from '../../protocol/image.js';
import { baseName } from '../uris.js';

/** A picture that is on no disk of this machine is read whole, so it may not be large. */
const MAX_REMOTE_BYTES = 100_000_000;

/**
 * The picture that a drop out of the explorer names; null when it names none.
 * @param list `text/uri-list`: one address a line, of which the first is taken.
 * @throws CheckpointError `limit` for one that is not on a disk and large.
 */
export async function droppedImage(list: string): Promise<ImageSource | null> {
  const line = list.split(/\r?\n/u).find((each) => each.trim() !== '' && !each.startsWith('#'));
  if (line === undefined) return null;
  const uri = parsed(line.trim());
  if (uri === null) return null;
  if (uri.scheme === 'file') return { kind: 'file', path: uri.fsPath };
  const name = baseName(uri);
  const { size } = await vscode.workspace.fs.stat(uri);
  if (size > MAX_REMOTE_BYTES) {
    const problem = vscode.l10n.t(
      'it has {0} bytes and lies in a workspace of kind "{1}", where files are read whole',
      size,
      uri.scheme,
    );
    throw new CheckpointError('limit', name, problem, vscode.l10n.t('copy it to a disk and open it there'));
  }
  return { kind: 'bytes', name, bytes: await vscode.workspace.fs.readFile(uri) };
}

/** Null for what is no address, or one of the web: nothing is fetched. */
function parsed(text: string): vscode.Uri | null {
  try {
    const uri = vscode.Uri.parse(text, true);
    return uri.scheme === 'http' || uri.scheme === 'https' ? null : uri;
  } catch {
    return null;
  }
}
