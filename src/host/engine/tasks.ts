import { overDistance } from '../../core/analysis/distance/over-distance.js';
import { layerVectors, analyzeLayer, type SourceOf } from '../../core/analysis/layer.js';
import { askTensor } from '../../core/analysis/tensor/questions.js';
import { HeadSolver } from '../../core/linalg/head-solver.js';
import type { CheckpointFiles, TaskName, WorkerTasks } from '../../protocol/worker.js';
import type { ReadCounter } from '../files/file-source.js';
import { closing, openInspectedFiles } from '../files/inspected-files.js';
import { recallLayers, storeLayers } from './cache-file.js';
import { inspectCheckpoint } from './inspect-checkpoint.js';

/** What a worker does, by name of the task. */
type Handlers = { [Name in TaskName]: (params: WorkerTasks[Name]['params']) => Promise<WorkerTasks[Name]['result']> };

/** The tasks of a worker; the solver's memory is kept from one to the next, and made for the first. */
export function createHandlers(): Handlers {
  let kept: HeadSolver | null = null;
  const solver = (): HeadSolver => (kept ??= new HeadSolver());
  return {
    inspect: inspectCheckpoint,
    async layer({ checkpoint, spec, basis }) {
      return withFiles(checkpoint, async (sourceOf, counter) => {
        const figures = await analyzeLayer(spec, basis, sourceOf, solver());
        return { figures, bytesRead: counter.bytes };
      });
    },
    async vectors({ checkpoint, spec, basis }) {
      return withFiles(checkpoint, async (sourceOf, counter) => {
        const heads = await layerVectors(spec, basis, sourceOf, solver());
        return { heads, bytesRead: counter.bytes };
      });
    },
    async distances({ checkpoint, spec, basis, turning, head, distances }) {
      return withFiles(checkpoint, async (sourceOf, counter) => {
        const heads = await overDistance(spec, head, basis, turning, distances, sourceOf, solver());
        return { heads, bytesRead: counter.bytes };
      });
    },
    async tensor({ checkpoint, tensor, question }) {
      return withFiles(checkpoint, async (sourceOf, counter) => {
        const place = { tensor, source: await sourceOf(tensor.file), others: sourceOf };
        return { answer: await askTensor(place, question), bytesRead: counter.bytes };
      });
    },
    async 'figures-text'(request) {
      const { figuresText } = await import('../export/figures-text.js'); // seldom wanted: analyses start without it
      return { text: await figuresText(request) };
    },
    recall: ({ file }) => recallLayers(file),
    async store({ file, layers }) {
      await storeLayers(file, layers);
      return null;
    },
  };
}

/** Runs an action on the files of a checkpoint that was inspected before; they must be what they were. */
async function withFiles<Result>(
  checkpoint: CheckpointFiles,
  action: (sourceOf: SourceOf, counter: ReadCounter) => Promise<Result>,
): Promise<Result> {
  const counter: ReadCounter = { bytes: 0 };
  const files = openInspectedFiles(checkpoint, counter);
  return closing(files, () => action(files.sourceOf, counter));
}
