import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openCheckpoint } from '../../../src/core/formats/open-checkpoint.js';
import type { OpenOptions } from '../../../src/core/formats/format.js';
import type { TensorIndex } from '../../../src/core/tensors/tensor-index.js';
import { openCheckpointFolder, type OpenFolder } from '../../../src/host/files/checkpoint-folder.js';
import { resolveCheckpoint } from '../../../src/host/files/resolve-checkpoint.js';

/** Folder of the files that tests read. */
export const FIXTURES = join(import.meta.dirname, '../../fixtures');

/** The bytes of a fixture. */
export function fixtureBytes(path: string): Uint8Array {
  return readFileSync(join(FIXTURES, path));
}

/** A JSON file among the fixtures. */
export function fixtureJson(path: string): unknown {
  return JSON.parse(readFileSync(join(FIXTURES, path), 'utf8'));
}

/** A checkpoint on disk, opened as the engine does it. */
export interface OpenedCheckpoint {
  readonly index: TensorIndex;
  readonly folder: OpenFolder;
  readonly bytesRead: number;
}

/** Opens a checkpoint by its path, gives it to `use` and closes it. */
export async function withCheckpoint<Result>(
  path: string,
  use: (opened: OpenedCheckpoint) => Promise<Result> | Result,
  options: OpenOptions = {},
): Promise<Result> {
  const counter = { bytes: 0 };
  const place = await resolveCheckpoint(path);
  const folder = openCheckpointFolder(place, counter);
  try {
    const index = await openCheckpoint(await folder.open(place.name), folder, options);
    return await use({ index, folder, bytesRead: counter.bytes });
  } finally {
    await folder.close();
  }
}
