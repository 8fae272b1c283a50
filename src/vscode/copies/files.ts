import * as vscode from 'vscode';
import { quoteName } from '../../core/bytes/quote.js';
import { CheckpointError } from '../../core/errors.js';
import { isPlainName } from '../../host/files/checkpoint-folder.js';
import { baseName } from '../uris.js';
import { fileProblem, toDisk } from './file-problem.js';

/** A file as its file system tells of it. */
export interface FileState {
  readonly size: number;
  readonly modifiedMs: number;
}

/** A folder with more files than this is no checkpoint's own; each name is looked for in tables of shards. */
const MOST_LISTED = 2_000;

/**
 * Size and time of a file that may lie anywhere.
 * @throws CheckpointError `missing-file`, or `unreadable` for a folder and for what is no size.
 */
export async function stateOf(uri: vscode.Uri): Promise<FileState> {
  const name = quoteName(baseName(uri));
  const { type, size, mtime } = await asked(name, vscode.workspace.fs.stat(uri));
  if ((type & vscode.FileType.Directory) !== 0) {
    const advice = vscode.l10n.t('choose a checkpoint file');
    throw new CheckpointError('unreadable', name, vscode.l10n.t('it is a folder, not a file'), advice);
  }
  if (!Number.isSafeInteger(size) || size < 0) {
    throw new CheckpointError('unreadable', name, vscode.l10n.t('its file system tells no size'), toDisk());
  }
  return { size, modifiedMs: mtime };
}

/**
 * The whole content of a file that was looked at before; nothing ends the work of the file system itself, only the wait for it.
 * @throws CheckpointError `changed` where it is another one; `AbortError` when the signal fires.
 */
export async function contentOf(uri: vscode.Uri, state: FileState, signal: AbortSignal): Promise<Uint8Array> {
  const name = quoteName(baseName(uri));
  const bytes = await unlessAborted(asked(name, vscode.workspace.fs.readFile(uri)), signal);
  const now = await stateOf(uri);
  signal.throwIfAborted();
  if (bytes.length === state.size && now.size === state.size && now.modifiedMs === state.modifiedMs) return bytes;
  const advice = vscode.l10n.t('something is writing to it; open it again when that is done');
  throw new CheckpointError('changed', name, vscode.l10n.t('the file changed while it was copied'), advice);
}

/** Plain names of the files in a folder; none where its file system lists no folders. */
export async function namesIn(folder: vscode.Uri): Promise<readonly string[]> {
  // Addresses with a query name one file, such as a state in a history; what is beside it has none of its own.
  if (folder.query !== '' || folder.fragment !== '') return [];
  try {
    const entries = await vscode.workspace.fs.readDirectory(folder);
    const files = entries.filter(([name, type]) => (type & vscode.FileType.Directory) === 0 && isPlainFile(name));
    return files.slice(0, MOST_LISTED).map(([name]) => name);
  } catch {
    return []; // the file itself may be all that there is
  }
}

const isPlainFile = (name: string): boolean => isPlainName(name) && !name.includes('/');

async function asked<Answer>(name: string, answer: Thenable<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    throw fileProblem(error, name);
  }
}

async function unlessAborted<Answer>(answer: Promise<Answer>, signal: AbortSignal): Promise<Answer> {
  signal.throwIfAborted();
  let abort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(asError(signal.reason));
    signal.addEventListener('abort', abort);
  });
  try {
    return await Promise.race([answer, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)));
