import * as vscode from 'vscode';
import { SHARD_INDEX_SUFFIX } from '../manifest/views.js';
import { findFiles } from '../search/find-files.js';
import { baseName, parentUri } from '../uris.js';

/** A checkpoint of the workspace. */
export interface FoundCheckpoint {
  readonly uri: vscode.Uri;
  /** Of the file, or of all shards together. */
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

/** What a search found. */
export interface Found {
  readonly checkpoints: readonly FoundCheckpoint[];
  /** True when there are more than are listed. */
  readonly capped: boolean;
}

/** Folders of a thousand checkpoints occur; each row costs a look at the file, and more rows help nobody. */
export const MAX_CHECKPOINTS = 1_000;

/** Looks at the disk this many files at a time. */
const STAT_BATCH = 64;

/** Made once: a comparison without it makes its own each time. */
const BY_NUMBER = new Intl.Collator('en', { numeric: true });

/** Finds the checkpoints of the workspace, shards as one; files hidden by `files.exclude` stay out. */
export async function findCheckpoints(include: readonly string[], token: vscode.CancellationToken): Promise<Found> {
  const files = await findFiles({ globs: include, most: MAX_CHECKPOINTS + 1, token });
  const { wholes, shards } = foldShards(files);
  wholes.sort((one, other) => BY_NUMBER.compare(one.path, other.path));
  const listed = wholes.slice(0, MAX_CHECKPOINTS);
  const checkpoints: FoundCheckpoint[] = [];
  for (let start = 0; start < listed.length && !token.isCancellationRequested; start += STAT_BATCH) {
    const batch = listed.slice(start, start + STAT_BATCH);
    checkpoints.push(...(await Promise.all(batch.map((uri) => measure(uri, shards.get(uri.toString()) ?? [])))));
  }
  return { checkpoints, capped: wholes.length > listed.length };
}

/** Takes the shards of an index out of the list. */
function foldShards(uris: readonly vscode.Uri[]): { wholes: vscode.Uri[]; shards: Map<string, vscode.Uri[]> } {
  const indexes = new Map<string, vscode.Uri>();
  for (const uri of uris) {
    const name = baseName(uri);
    if (name.endsWith(SHARD_INDEX_SUFFIX)) indexes.set(familyKey(uri, name.slice(0, -SHARD_INDEX_SUFFIX.length)), uri);
  }
  const wholes: vscode.Uri[] = [];
  const shards = new Map<string, vscode.Uri[]>();
  for (const uri of uris) {
    const stem = /^(.*)-\d+-of-\d+\.safetensors$/u.exec(baseName(uri))?.[1];
    const index = stem === undefined ? undefined : indexes.get(familyKey(uri, stem));
    if (index === undefined) wholes.push(uri);
    else shards.set(index.toString(), [...(shards.get(index.toString()) ?? []), uri]);
  }
  return { wholes, shards };
}

const familyKey = (uri: vscode.Uri, stem: string): string => vscode.Uri.joinPath(parentUri(uri), stem).toString();

/** Size and time of a checkpoint: of all its shards together, and of the newest. */
export async function measure(uri: vscode.Uri, shards: readonly vscode.Uri[]): Promise<FoundCheckpoint> {
  const parts = await Promise.all([uri, ...shards].map(stat));
  const sizeBytes = parts.reduce((sum, { size }) => sum + size, 0);
  return { uri, sizeBytes, modifiedMs: Math.max(...parts.map(({ mtime }) => mtime)) };
}

/** A file that went away since it was found counts as empty; the next search drops it. */
async function stat(uri: vscode.Uri): Promise<{ size: number; mtime: number }> {
  try {
    return await vscode.workspace.fs.stat(uri);
  } catch {
    return { size: 0, mtime: 0 };
  }
}
