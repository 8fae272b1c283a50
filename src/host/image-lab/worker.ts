import { parentPort } from 'node:worker_threads';
import type { ImageReply, ImageRequest, LabTaskName, LabTasks } from '../../protocol/image-worker.js';
import { toWire } from '../engine/wire-error.js';
import { ChangedFigures } from './changed-figures.js';
import { Lab, type TaskContext } from './lab.js';

const port = parentPort;
if (port === null) throw new Error('this file runs as a worker thread');

/** Requests under way; several take turns. */
const running = new Map<number, { readonly name: LabTaskName; readonly cancel: AbortController }>();

/** What works for the model that the thread is for. */
interface Desk {
  readonly lab: Lab;
  readonly changed: ChangedFigures;
}

let desk: Desk | null = null;

type Task = Extract<ImageRequest, { name: LabTaskName }>;

function run(desk: Desk, request: Task, context: TaskContext): Promise<LabTasks[LabTaskName]['result']> {
  const { changed } = desk;
  const { handlers } = desk.lab;
  switch (request.name) {
    case 'warm':
      return handlers.warm(request.params, context);
    case 'open':
      return open(desk, request.params, context);
    case 'head':
      return handlers.head(request.params, context);
    case 'attention':
      return handlers.attention(request.params, context);
    case 'rollout':
      return handlers.rollout(request.params, context);
    case 'mask':
      return handlers.mask(request.params, context);
    case 'mask-picture':
      return handlers['mask-picture'](request.params, context);
    case 'preference':
      return handlers.preference(request.params, context);
    case 'change':
      return change(desk, request.params, context);
    case 'attention-change':
      return handlers['attention-change'](request.params, context);
    case 'changed-attention':
      return changed.attention(request.params, context);
    case 'changed-preference':
      return changed.preference(request.params, context);
    case 'prompt-band':
      return handlers['prompt-band'](request.params, context);
    case 'keypoints':
      return handlers.keypoints(request.params, context);
    case 'interrelation':
      return handlers.interrelation(request.params, context);
    case 'preference-folder':
      return handlers['preference-folder'](request.params, context);
    case 'export':
      return handlers.export(request.params, context);
    case 'process':
      return handlers.process(request.params, context);
  }
}

async function open(
  { lab, changed }: Desk,
  params: LabTasks['open']['params'],
  context: TaskContext,
): Promise<LabTasks['open']['result']> {
  const card = await lab.handlers.open(params, context);
  // Only now: where that fails, the picture before stays, and what was changed in its model.
  changed.follow(null);
  return card;
}

async function change(
  { lab, changed }: Desk,
  params: LabTasks['change']['params'],
  context: TaskContext,
): Promise<LabTasks['change']['result']> {
  changed.follow(null);
  const result = await lab.handlers.change(params, context);
  changed.follow(params.change);
  return result;
}

async function answer(request: Task): Promise<void> {
  const { id } = request;
  const cancel = new AbortController();
  running.set(id, { name: request.name, cancel });
  const reply = (message: ImageReply): void => port?.postMessage(message);
  try {
    const context: TaskContext = { signal: cancel.signal, progress: (progress) => reply({ id, progress }) };
    reply({ id, ok: true, result: await run(ownDesk(), request, context) });
  } catch (error) {
    reply({ id, ok: false, error: toWire(error) });
  } finally {
    running.delete(id);
  }
}

function ownDesk(): Desk {
  if (desk === null) throw new Error('the worker was not told what it is for');
  return desk;
}

port.on('message', (request: ImageRequest) => {
  if ('subject' in request) {
    const { subject } = request;
    desk = { lab: new Lab(subject, () => running.size === 0), changed: new ChangedFigures(subject) };
  } else if ('name' in request) void answer(request);
  else {
    const task = running.get(request.cancel);
    task?.cancel.abort();
    // Of the tasks that are ended so, only these have the model run.
    if (request.kill && (task?.name === 'open' || task?.name === 'change')) desk?.lab.kill(task.name);
  }
});
