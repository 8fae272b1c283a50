import * as vscode from 'vscode';
import { CheckpointError } from '../../core/errors.js';
import { byteSize } from '../../core/text/bytes.js';
import type { ImageSource } from '../../protocol/image.js';
import { contentOf, stateOf } from '../copies/files.js';
import { toDisk } from '../copies/file-problem.js';
import { baseName } from '../uris.js';

/** A picture that is on no disk of this machine is read whole, so it may not be large. */
const MAX_REMOTE_BYTES = 100_000_000;

/** The address that a drop out of the explorer names; null when it names none. @param list `text/uri-list`: one a line, of which the first is taken. */
export function droppedUri(list: string): vscode.Uri | null {
  const line = list.split(/\r?\n/u).find((each) => each.trim() !== '' && !each.startsWith('#'));
  return line === undefined ? null : parsed(line.trim());
}

/**
 * A picture at an address: its path, or its content where it lies on no disk.
 * @throws CheckpointError `limit` for one that is not on a disk and large; what its file system says.
 */
export async function pictureAt(uri: vscode.Uri): Promise<ImageSource> {
  if (uri.scheme === 'file') return { kind: 'file', path: uri.fsPath };
  const name = baseName(uri);
  const state = await stateOf(uri);
  if (state.size > MAX_REMOTE_BYTES) {
    const problem = vscode.l10n.t(
      'it has {0} and lies in a workspace of kind "{1}", where files are read whole; the limit for that is {2}',
      byteSize(state.size),
      uri.scheme,
      byteSize(MAX_REMOTE_BYTES),
    );
    throw new CheckpointError('limit', name, problem, toDisk());
  }
  return { kind: 'bytes', name, bytes: await contentOf(uri, state, new AbortController().signal) };
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
