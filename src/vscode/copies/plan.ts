import { l10n, Uri } from 'vscode';
import { quoteName } from '../../core/bytes/quote.js';
import { CheckpointError } from '../../core/errors.js';
import { byteSize } from '../../core/text/bytes.js';
import { baseName, parentUri } from '../uris.js';
import {
  basesBeside,
  configurationsAbove,
  configurationsBeside,
  isBelowConfiguration,
  namedIn,
  tableOf,
} from './beside.js';
import { toDisk } from './file-problem.js';
import { contentOf, namesIn, stateOf, type FileState } from './files.js';

/**
 * All files of a checkpoint together. Each goes through the memory of the extension host as a whole, which other extensions share; a
 * ViT-B in float32 has 350 MB.
 */
export const MAX_COPIED_BYTES = 512_000_000;

/** More shards than any model of that size has. */
const MAX_COPIED_FILES = 256;

/** Indexes of the largest published models have 9 MB, graphs without their weights less; a larger file holds its weights itself. */
const MAX_TABLE_BYTES = 16_000_000;

/** A file to copy. */
export interface PlannedFile extends FileState {
  /** Where it goes, from the folder of the copy. */
  readonly name: string;
  readonly uri: Uri;
}

/** What is to be copied of a checkpoint. */
export interface CopyPlan {
  /** The checkpoint's own file first. */
  readonly files: readonly PlannedFile[];
  readonly bytes: number;
  /** Tells one state of all these files from another. */
  readonly key: string;
}

/**
 * Looks which files make up a checkpoint; of them only a table of shards is read.
 * @throws CheckpointError `limit` for more than is copied; `AbortError` when the signal fires.
 */
export async function planCopy(uri: Uri, signal: AbortSignal): Promise<CopyPlan> {
  const name = baseName(uri);
  const folder = parentUri(uri);
  const isBelow = isBelowConfiguration(baseName(folder), name);
  const place = isBelow ? `${baseName(folder)}/` : '';
  const own: PlannedFile = { name: `${place}${name}`, uri, ...(await stateOf(uri)) };
  const files = [own];
  const add = async (at: Uri, names: readonly string[], prefix: string): Promise<void> => {
    for (const each of names) {
      if (files.length >= MAX_COPIED_FILES) throw tooMany(uri);
      const file = Uri.joinPath(at, each);
      files.push({ name: `${prefix}${each}`, uri: file, ...(await stateOf(file)) });
      signal.throwIfAborted();
    }
  };
  checkSize(uri, files);
  const beside = await namesIn(folder);
  const needed = await neededBeside(uri, own, beside, signal);
  await add(folder, [...new Set([...configurationsBeside(name, beside), ...needed])], place);
  if (isBelow) {
    const above = parentUri(folder);
    await add(above, configurationsAbove(baseName(folder), name, await namesIn(above)), '');
  }
  checkSize(uri, files);
  const bases = basesBeside(name, beside);
  const without = files.length;
  await add(folder, bases, place);
  // An adapter can be shown without its base.
  if (sumOf(files) > MAX_COPIED_BYTES) files.length = without;
  const key = JSON.stringify(files.map((file) => [file.name, file.size, file.modifiedMs]));
  return { files, bytes: sumOf(files), key };
}

async function neededBeside(
  uri: Uri,
  own: FileState,
  beside: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const name = baseName(uri);
  const table = tableOf(name, beside);
  if (table === null) return [];
  const at = table === name ? uri : Uri.joinPath(parentUri(uri), table);
  const state = table === name ? own : await stateOf(at);
  if (state.size > MAX_TABLE_BYTES) return [];
  const others = beside.filter((other) => other !== name && other !== table);
  const named = namedIn(await contentOf(at, state, signal), others);
  return table === name ? named : [table, ...named];
}

const sumOf = (files: readonly FileState[]): number => files.reduce((sum, { size }) => sum + size, 0);

function checkSize(uri: Uri, files: readonly FileState[]): void {
  const bytes = sumOf(files);
  if (bytes <= MAX_COPIED_BYTES) return;
  const size = byteSize(bytes);
  const what =
    files.length === 1 ? l10n.t('it has {0}', size) : l10n.t('it has {0} with the files that belong to it', size);
  throw beyond(uri, what, byteSize(MAX_COPIED_BYTES));
}

const tooMany = (uri: Uri): CheckpointError =>
  beyond(uri, l10n.t('it lies in many files'), l10n.t('{0} files', MAX_COPIED_FILES));

function beyond(uri: Uri, what: string, limit: string): CheckpointError {
  const why = l10n.t(
    '{0} and lies in a workspace of kind "{1}", where files are read whole; the limit for that is {2}',
    what,
    uri.scheme,
    limit,
  );
  return new CheckpointError('limit', quoteName(baseName(uri)), why, toDisk());
}
