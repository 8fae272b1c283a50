import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { SourceOf } from '../../core/analysis/layer.js';
import type { CheckpointFolder } from '../../core/bytes/byte-source.js';
import type { CheckpointFiles } from '../../protocol/worker.js';
import type { ReadCounter } from '../files/file-source.js';
import { checkState, closing, openInspectedFiles } from '../files/inspected-files.js';
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

/**
 * Runs an action on the files of a checkpoint that was inspected before; they must be what they were, from beginning to end.
 * @param counter gets the bytes that are read.
 */
export async function withFiles<Result>(
  checkpoint: CheckpointFiles,
  action: (open: OpenFiles) => Promise<Result>,
  counter: ReadCounter = { bytes: 0 },
): Promise<Result> {
  const { files } = checkpoint;
  const opened = openInspectedFiles(checkpoint, counter);
  const { sourceOf, paths, folder } = opened;
  return closing(opened, async () => {
    // Names that lead out of the folder are refused here, before the runtime sees them.
    await Promise.all(files.map((_, file) => sourceOf(file)));
    return action({ sourceOf, paths, folder });
  });
}

/** @throws CheckpointError `changed` or `missing-file` when a file is no longer what it was when it was inspected. */
export async function checkUnchanged({ folder, files }: CheckpointFiles): Promise<void> {
  for (const state of files) {
    const now = await stat(path.join(state.folder ?? folder, state.name)).catch((error: unknown) => {
      throw asCheckpointError(error, state.name);
    });
    checkState(state, now.size, now.mtimeMs);
  }
}
