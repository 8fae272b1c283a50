import type { SourceOf } from '../../core/analysis/layer.js';
import { CheckpointError } from '../../core/errors.js';
import type { CheckpointFiles, FileState } from '../../protocol/worker.js';
import type { OpenFolder } from './checkpoint-folder.js';

/** The files of a checkpoint that was inspected before, by their position in the tensor index; each must be what it was. */
export function inspectedSources(folder: OpenFolder, { files }: Pick<CheckpointFiles, 'files'>): SourceOf {
  return async (file) => {
    const state = files[file];
    if (state === undefined) throw new Error(`the checkpoint has no file ${String(file)}`);
    const source = await folder.open(state.name);
    checkState(state, source.size, source.modifiedMs);
    return source;
  };
}

/** @throws CheckpointError `changed` when a file is no longer what it was when it was inspected. */
export function checkState({ name, sizeBytes, modifiedMs }: FileState, sizeNow: number, modifiedNow: number): void {
  if (sizeNow === sizeBytes && modifiedNow === modifiedMs) return;
  throw new CheckpointError('changed', name, 'the file changed after it was opened', 'open it again');
}

/** Closes the files whatever happens; the action's own failure comes first. */
export async function closing<Result>(folder: OpenFolder, action: () => Promise<Result>): Promise<Result> {
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
