import * as l10n from '@vscode/l10n';
import { join } from 'node:path';
import type { SourceOf } from '../../core/analysis/layer.js';
import { CheckpointError } from '../../core/errors.js';
import type { CheckpointFiles, FileState } from '../../protocol/worker.js';
import { openCheckpointFolder, type OpenFolder } from './checkpoint-folder.js';
import type { ReadCounter } from './file-source.js';

/** The files of a checkpoint that was inspected before. */
export interface InspectedFiles {
  /** By their position in the tensor index; each must be what it was. */
  readonly sourceOf: SourceOf;
  /** Full paths in the same order. */
  readonly paths: readonly string[];
  /** The checkpoint's own folder. */
  readonly folder: OpenFolder;
  /** Closes all files. @throws CheckpointError `changed` when one of them is no longer what was opened. */
  close(): Promise<void>;
}

/** Opens the files of an inspected checkpoint, each when it is asked for. @param counter gets the bytes that are read. */
export function openInspectedFiles({ folder: own, files }: CheckpointFiles, counter: ReadCounter): InspectedFiles {
  const folders = new Map<string, OpenFolder>();
  const folderAt = (place: string): OpenFolder => {
    const name = files.find(({ folder = own }) => folder === place)?.name ?? '';
    const opened = folders.get(place) ?? openCheckpointFolder({ folder: place, name }, counter);
    folders.set(place, opened);
    return opened;
  };
  return {
    folder: folderAt(own),
    paths: files.map(({ folder = own, name }) => join(folder, name)),
    async sourceOf(file) {
      const state = files[file];
      if (state === undefined) throw new Error(`the checkpoint has no file ${String(file)}`);
      const source = await folderAt(state.folder ?? own).open(state.name);
      checkState(state, source.size, source.modifiedMs);
      return source;
    },
    close: () => closeAll([...folders.values()]),
  };
}

/** Closes several folders whatever happens. @throws what the first that failed says. */
export async function closeAll(folders: readonly Pick<OpenFolder, 'close'>[]): Promise<void> {
  const closed = await Promise.allSettled(folders.map((folder) => folder.close()));
  for (const result of closed) if (result.status === 'rejected') throw result.reason;
}

/** @throws CheckpointError `changed` when a file is no longer what it was when it was inspected. */
export function checkState({ name, sizeBytes, modifiedMs }: FileState, sizeNow: number, modifiedNow: number): void {
  if (sizeNow === sizeBytes && modifiedNow === modifiedMs) return;
  throw new CheckpointError('changed', name, l10n.t('the file changed after it was opened'), l10n.t('open it again'));
}

/** Closes the files whatever happens; the action's own failure comes first. */
export async function closing<Result>(
  folder: Pick<OpenFolder, 'close'>,
  action: () => Promise<Result>,
): Promise<Result> {
  const outcome = await action().then(
    (result) => ({ result }),
    (error: unknown) => ({ error }),
  );
  const closed = await folder.close().then(
    () => null,
    (error: unknown) => ({ error }),
  );
  if ('error' in outcome) throw outcome.error;
  if (closed !== null) throw closed.error;
  return outcome.result;
}
