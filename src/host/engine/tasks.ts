import { createHash } from 'node:crypto';
import { layerVectors, analyzeLayer, type SourceOf } from '../../core/analysis/layer.js';
import { askTensor } from '../../core/analysis/tensor/questions.js';
import { openCheckpoint } from '../../core/formats/open-checkpoint.js';
import { HeadSolver } from '../../core/linalg/head-solver.js';
import { recognise } from '../../core/model/recognise.js';
import type { TensorEntry } from '../../core/tensors/tensor-index.js';
import type { CheckpointFiles, TaskName, WorkerTasks } from '../../protocol/worker.js';
import { openCheckpointFolder } from '../files/checkpoint-folder.js';
import type { ReadCounter } from '../files/file-source.js';
import { closing, inspectedSources } from '../files/inspected-files.js';
import { readJsonBeside } from '../files/json-beside.js';
import { resolveCheckpoint } from '../files/resolve-checkpoint.js';
import { recallLayers, storeLayers } from './cache-file.js';

/** What a worker does, by name of the task. */
type Handlers = { [Name in TaskName]: (params: WorkerTasks[Name]['params']) => Promise<WorkerTasks[Name]['result']> };

/** The tasks of a worker; the solver's memory is kept from one to the next. */
export function createHandlers(): Handlers {
  const solver = new HeadSolver();
  return {
    inspect,
    async layer({ checkpoint, spec, basis }) {
      return withFiles(checkpoint, async (sourceOf, counter) => {
        const figures = await analyzeLayer(spec, basis, sourceOf, solver);
        return { figures, bytesRead: counter.bytes };
      });
    },
    async vectors({ checkpoint, spec, basis }) {
      return withFiles(checkpoint, async (sourceOf, counter) => {
        const heads = await layerVectors(spec, basis, sourceOf, solver);
        return { heads, bytesRead: counter.bytes };
      });
    },
    async tensor({ checkpoint, tensor, question }) {
      return withFiles(checkpoint, async (sourceOf, counter) => {
        const place = { tensor, source: await sourceOf(tensor.file), others: sourceOf };
        return { answer: await askTensor(place, question), bytesRead: counter.bytes };
      });
    },
    recall: ({ file }) => recallLayers(file),
    async store({ file, layers }) {
      await storeLayers(file, layers);
      return null;
    },
  };
}

async function inspect({
  path,
  options,
  partial,
}: WorkerTasks['inspect']['params']): Promise<WorkerTasks['inspect']['result']> {
  const counter: ReadCounter = { bytes: 0 };
  const place = await resolveCheckpoint(path);
  const folder = openCheckpointFolder(place, counter);
  return closing(folder, async () => {
    const index = await openCheckpoint(await folder.open(place.name), folder, { partial });
    const config = await readJsonBeside(folder, 'config.json');
    const recognition = recognise(index, config.value, options);
    const files = await Promise.all(
      index.files.map(async (name) => {
        const { size, modifiedMs } = await folder.open(name);
        return { name, sizeBytes: size, modifiedMs };
      }),
    );
    return {
      format: index.format,
      checkpoint: { folder: place.folder, files },
      tensors: index.tensors,
      recognition,
      warnings: [...index.warnings, ...(config.warning === null ? [] : [config.warning]), ...recognition.warnings],
      headerHash: headerHash(index.tensors),
      bytesRead: counter.bytes,
    };
  });
}

/** Runs an action on the files of a checkpoint that was inspected before; they must be what they were. */
async function withFiles<Result>(
  checkpoint: CheckpointFiles,
  action: (sourceOf: SourceOf, counter: ReadCounter) => Promise<Result>,
): Promise<Result> {
  const counter: ReadCounter = { bytes: 0 };
  const folder = openCheckpointFolder({ folder: checkpoint.folder, name: checkpoint.files[0]?.name ?? '' }, counter);
  return closing(folder, () => action(inspectedSources(folder, checkpoint), counter));
}

/** Tells one directory of tensors from another, without reading their elements. */
function headerHash(tensors: readonly TensorEntry[]): string {
  const hash = createHash('sha256');
  for (const { name, dtype, shape, file, offset } of tensors) {
    hash.update(`${name}\0${dtype}\0${shape.join(',')}\0${String(file)}\0${String(offset)}\n`);
  }
  return hash.digest('hex');
}
