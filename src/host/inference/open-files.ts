import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { SourceOf } from '../../core/analysis/layer.js';
import type { CheckpointFolder } from '../../core/bytes/byte-source.js';
import { CheckpointError } from '../../core/errors.js';
import type { CheckpointFiles, FileState } from '../../protocol/worker.js';
import { openCheckpointFolder } from '../files/checkpoint-folder.js';
import { asCheckpointError } from '../files/system-error.js';

/** The files of a checkpoint, opened again. */
export interface OpenFiles {
  /** By their position in the tensor index. */
  readonly sourceOf: SourceOf;
  /** Full paths in the same order; every name has been found to stay inside the folder. */
  readonly paths: readonly string[];
  /** The files beside them. */
  readonly folder: CheckpointFolder;
}

/** Runs an action on the files of a checkpoint that was inspected before; they must be what they were, from beginning to end. */
export async function withFiles<Result>(
  { folder: place, files }: CheckpointFiles,
  action: (open: OpenFiles) => Promise<Result>,
): Promise<Result> {
  const folder = openCheckpointFolder({ folder: place, name: files[0]?.name ?? '' }, { bytes: 0 });
  const sourceOf: SourceOf = async (file) => {
    const state = files[file];
    if (state === undefined) throw new Error(`the checkpoint has no file ${String(file)}`);
    const source = await folder.open(state.name);
    checkState(state, source.size, source.modifiedMs);
    return source;
  };
  try {
    // Names that lead out of the folder are refused here, before the runtime sees them.
    await Promise.all(files.map((_, file) => sourceOf(file)));
    return await action({ sourceOf, paths: files.map(({ name }) => path.join(place, name)), folder });
  } finally {
    await folder.close();
  }
}

/** @throws CheckpointError `changed` or `missing-file` when a file is no longer what it was when it was inspected. */
export async function checkUnchanged({ folder, files }: CheckpointFiles): Promise<void> {
  for (const state of files) {
    const now = await stat(path.join(folder, state.name)).catch((error: unknown) => {
      throw asCheckpointError(error, state.name);
    });
    checkState(state, now.size, now.mtimeMs);
  }
}

function checkState({ name, sizeBytes, modifiedMs }: FileState, sizeNow: number, modifiedNow: number): void {
  if (sizeNow === sizeBytes && modifiedNow === modifiedMs) return;
  throw new CheckpointError('changed', name, 'the file changed after it was opened', 'open it again');
}
