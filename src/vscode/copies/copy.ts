import { join } from 'node:path';
import type { CopyStore } from '../../host/files/copy-store.js';
import { contentOf } from './files.js';
import type { CopyPlan } from './plan.js';

/** A checkpoint of another file system as it lies on this disk. */
export interface Copy {
  /** Folder of all of it. */
  readonly folder: string;
  /** The checkpoint's own file. */
  readonly path: string;
  readonly plan: CopyPlan;
}

/**
 * Copies what was planned into a new folder, or nothing.
 * @param told hears how many bytes are there.
 * @throws CheckpointError; `AbortError` when the signal fires.
 */
export async function copyPlanned(
  store: CopyStore,
  plan: CopyPlan,
  signal: AbortSignal,
  told: (bytes: number) => void,
): Promise<Copy> {
  const folder = await store.make();
  try {
    let done = 0;
    for (const { name, uri, size, modifiedMs } of plan.files) {
      const bytes = await contentOf(uri, { size, modifiedMs }, signal);
      await store.write(folder, { name, bytes, modifiedMs });
      done += size;
      told(done);
    }
    signal.throwIfAborted();
    return { folder, path: join(folder, plan.files[0]?.name ?? ''), plan };
  } catch (error) {
    await store.remove(folder);
    throw error;
  }
}
