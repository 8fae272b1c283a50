import { openCheckpoint } from '../../../../../src/core/formats/open-checkpoint.js';
import { NO_EDITS } from '../../../../../src/core/inference/edits.js';
import { recognise } from '../../../../../src/core/model/recognise.js';
import { openCheckpointFolder } from '../../../../../src/host/files/checkpoint-folder.js';
import { readJsonBeside } from '../../../../../src/host/files/json-beside.js';
import { resolveCheckpoint } from '../../../../../src/host/files/resolve-checkpoint.js';
import type { LoadParams } from '../../../../../src/protocol/inference.js';

/** What a session of the vision model of a checkpoint is made of. */
export async function loadParams(
  checkpoint: string,
  imageSize: readonly [number, number],
): Promise<Omit<LoadParams, 'scratchFolder'>> {
  const place = await resolveCheckpoint(checkpoint);
  const folder = openCheckpointFolder(place, { bytes: 0 });
  try {
    const index = await openCheckpoint(await folder.open(place.name), folder, {});
    const config = await readJsonBeside(folder, 'config.json');
    const model = recognise(index, config.value, {}).models.find(({ tower }) => tower === 'vision');
    if (model === undefined) throw new Error(`${checkpoint} has no vision model`);
    const files = await Promise.all(
      index.files.map(async (name) => {
        const { size, modifiedMs } = await folder.open(name);
        return { name, sizeBytes: size, modifiedMs };
      }),
    );
    const checkpointFiles = { folder: place.folder, files };
    const { tensors } = index;
    return { checkpoint: checkpointFiles, tensors, model, imageSize, taps: true, edits: NO_EDITS, threads: 1 };
  } finally {
    await folder.close();
  }
}
