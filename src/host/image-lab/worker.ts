import { parentPort, workerData } from 'node:worker_threads';
import type { ImageReply, ImageRequest, LabTaskName, LabTasks } from '../../protocol/image-worker.js';
import { toWire } from '../engine/wire-error.js';
import { translateAsTold } from '../translations.js';
import { type Handlers, Lab, type TaskContext } from './lab.js';

const port = parentPort;
if (port === null) throw new Error('this file runs as a worker thread');

translateAsTold(workerData);

/** Requests under way; several take turns. */
const running = new Map<number, { readonly name: LabTaskName; readonly cancel: AbortController }>();

/** What works for the model that the thread is for. */
let lab: Lab | null = null;

type Task = Extract<ImageRequest, { name: LabTaskName }>;

function run<Name extends LabTaskName>(
  handlers: Handlers,
  { name, params }: { readonly name: Name; readonly params: LabTasks[Name]['params'] },
  context: TaskContext,
): Promise<LabTasks[Name]['result']> {
  return handlers[name](params, context);
}

async function answer(request: Task): Promise<void> {
  const { id } = request;
  const cancel = new AbortController();
  running.set(id, { name: request.name, cancel });
  const reply = (message: ImageReply): void => port?.postMessage(message);
  try {
    const context: TaskContext = { signal: cancel.signal, progress: (progress) => reply({ id, progress }) };
    reply({ id, ok: true, result: await run(ownLab().handlers, request, context) });
  } catch (error) {
    reply({ id, ok: false, error: toWire(error) });
  } finally {
    running.delete(id);
  }
}

function ownLab(): Lab {
  if (lab === null) throw new Error('the worker was not told what it is for');
  return lab;
}

port.on('message', (request: ImageRequest) => {
  if ('subject' in request) lab = new Lab(request.subject, () => running.size === 0);
  else if ('name' in request) void answer(request);
  else {
    const task = running.get(request.cancel);
    task?.cancel.abort();
    // Of the tasks that are ended so, only these have the model run.
    if (request.kill && (task?.name === 'open' || task?.name === 'change')) lab?.kill(task.name);
  }
});
