import * as l10n from '@vscode/l10n';
import { realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import type { CheckpointFolder } from '../../core/bytes/byte-source.js';
import { quoteName } from '../../core/bytes/quote.js';
import { CheckpointError } from '../../core/errors.js';
import { openFileSource, type FileSource, type ReadCounter } from './file-source.js';
import { asCheckpointError } from './system-error.js';

/** Where a checkpoint lies. */
export interface CheckpointPlace {
  /** Path of its folder. */
  readonly folder: string;
  /** Name in the folder of the file that was chosen: the weights, or the index of their shards. */
  readonly name: string;
  /** What could have been chosen in its place, below the folder that was named. */
  readonly others?: readonly string[];
}

/** The folder of a checkpoint; each file in it is opened once and stays open until `close`. */
export interface OpenFolder extends CheckpointFolder {
  open(name: string): Promise<FileSource>;
  /** Closes all files. @throws CheckpointError `changed` when one of them is no longer what was opened. */
  close(): Promise<void>;
}

function outside(name: string, why: string): CheckpointError {
  const problem = l10n.t('it lies outside the folder of the checkpoint ({0})', why);
  return new CheckpointError(
    'outside-folder',
    quoteName(name),
    problem,
    l10n.t('copy the file into the folder and name it plainly'),
  );
}

/** Why a name is not a plain path below a folder, on any system; null when it is. */
function whyNotPlain(name: string): string | null {
  if (name === '' || name.includes('\0')) return l10n.t('its name is no file name');
  if (name.includes('\\')) return l10n.t('a backslash in its name');
  if (isAbsolute(name) || /^[a-z]:/iu.test(name)) return l10n.t('an absolute path');
  return name.split('/').some((part) => part === '..' || part === '.' || part === '')
    ? l10n.t('its path climbs out')
    : null;
}

/** True for the name of a file in a folder, or of one in a folder below it. */
export function isPlainName(name: string): boolean {
  return whyNotPlain(name) === null;
}

function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/**
 * The cache of the Hugging Face hub keeps `models--X/snapshots/REVISION/FILE` as links into `models--X/blobs`; these
 * links alone may leave the folder, and only to a blob of the same model.
 */
function isHubBlob(folder: string, path: string): boolean {
  const parts = folder.split(sep);
  const snapshots = parts.lastIndexOf('snapshots');
  const model = parts[snapshots - 1] ?? '';
  if (snapshots < 1 || !/^(models|datasets|spaces)--/u.test(model)) return false;
  return (
    dirname(path) === [...parts.slice(0, snapshots), 'blobs'].join(sep) && /^[0-9a-f]{40,64}$/u.test(basename(path))
  );
}

async function open(place: CheckpointPlace, name: string, counter: ReadCounter): Promise<FileSource> {
  // The file that the person chose may be a link to anywhere; only names out of files are confined.
  if (name === place.name) return openFileSource(join(place.folder, name), name, counter);
  const why = whyNotPlain(name);
  if (why !== null) throw outside(name, why);
  const folder = await realpath(place.folder);
  const target = await realpath(join(place.folder, name));
  if (!isInside(folder, target) && !isHubBlob(folder, target))
    throw outside(name, l10n.t('a symbolic link leads out of it'));
  return openFileSource(target, name, counter);
}

/** The folder above `onnx/MODEL.onnx`, where transformers.js keeps the configuration; null for any other checkpoint. */
function folderAbove({ folder, name }: CheckpointPlace): string | null {
  return basename(folder) === 'onnx' && /\.onnx$/iu.test(name) ? dirname(folder) : null;
}

/** The chosen file and the files beside it; bytes read from all of them are counted by `counter`. */
export function openCheckpointFolder(place: CheckpointPlace, counter: ReadCounter): OpenFolder {
  const files = new Map<string, Promise<FileSource>>();
  const openOnce = (key: string, from: CheckpointPlace, name: string): Promise<FileSource> => {
    const known = files.get(key);
    if (known !== undefined) return known;
    const opened = open(from, name, counter).catch((error: unknown) => {
      files.delete(key);
      throw asCheckpointError(error, quoteName(name));
    });
    files.set(key, opened);
    return opened;
  };
  const above = folderAbove(place);
  return {
    open: (name) => openOnce(name, place, name),
    // No name that is opened beside the checkpoint climbs out.
    ...(above === null
      ? {}
      : { openAbove: (name: string) => openOnce(`../${name}`, { folder: above, name: '' }, name) }),
    async close() {
      const opened = await Promise.allSettled(files.values());
      files.clear();
      const sources = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      const closed = await Promise.allSettled(sources.map((source) => source.close()));
      for (const result of closed) if (result.status === 'rejected') throw result.reason;
    },
  };
}
