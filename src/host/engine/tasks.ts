import { createHash } from 'node:crypto';
import { overDistance } from '../../core/analysis/distance/over-distance.js';
import { layerVectors, analyzeLayer, type SourceOf } from '../../core/analysis/layer.js';
import { askTensor } from '../../core/analysis/tensor/questions.js';
import { HeadSolver } from '../../core/linalg/head-solver.js';
import type { Recognition } from '../../core/model/model.js';
import { recognise } from '../../core/model/recognise.js';
import type { TensorEntry } from '../../core/tensors/tensor-index.js';
import type { CheckpointFiles, TaskName, WorkerTasks } from '../../protocol/worker.js';
import type { ReadCounter } from '../files/file-source.js';
import { closing, openInspectedFiles } from '../files/inspected-files.js';
import { readJsonBeside } from '../files/json-beside.js';
import { withOpenCheckpoint } from '../files/with-open-checkpoint.js';
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
    async distances({ checkpoint, spec, basis, turning, head, distances }) {
      return withFiles(checkpoint, async (sourceOf, counter) => {
        const heads = await overDistance(spec, head, basis, turning, distances, sourceOf, solver);
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
  adapter,
}: WorkerTasks['inspect']['params']): Promise<WorkerTasks['inspect']['result']> {
  const counter: ReadCounter = { bytes: 0 };
  return withOpenCheckpoint({ path, partial, adapter: adapter ?? null }, counter, async (opened) => {
    const { index, folder, checkpoint } = opened;
    const config = await readJsonBeside(folder, 'config.json');
    const recognition = index.adapter?.applied === false ? NO_MODELS : recognise(index, config.value, options);
    return {
      format: index.format,
      checkpoint,
      tensors: index.tensors,
      recognition,
      warnings: [...index.warnings, ...(config.warning === null ? [] : [config.warning]), ...recognition.warnings],
      ...(index.adapter === undefined ? {} : { adapter: index.adapter }),
      headerHash: headerHash(index.tensors),
      bytesRead: counter.bytes,
    };
  });
}

/** Of an adapter alone: its pieces are named as projections are, and are none. */
const NO_MODELS: Recognition = { models: [], defaults: [], others: [], looksLike: 'a LoRA adapter', warnings: [] };

/** Runs an action on the files of a checkpoint that was inspected before; they must be what they were. */
async function withFiles<Result>(
  checkpoint: CheckpointFiles,
  action: (sourceOf: SourceOf, counter: ReadCounter) => Promise<Result>,
): Promise<Result> {
  const counter: ReadCounter = { bytes: 0 };
  const files = openInspectedFiles(checkpoint, counter);
  return closing(files, () => action(files.sourceOf, counter));
}

/** Tells one directory of tensors from another, without reading their elements. */
function headerHash(tensors: readonly TensorEntry[]): string {
  const hash = createHash('sha256');
  const add = ({ name, dtype, shape, file, offset, change }: TensorEntry): void => {
    hash.update(`${name}\0${dtype}\0${shape.join(',')}\0${String(file)}\0${String(offset)}\n`);
    if (change === undefined) return;
    hash.update(`${String(change.scale)}\0${String(change.transposed)}\n`);
    for (const part of [change.down, change.up, change.magnitude]) if (part !== undefined) add(part);
  };
  tensors.forEach(add);
  return hash.digest('hex');
}
