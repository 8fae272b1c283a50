import { parentPort, workerData } from 'node:worker_threads';
import type { TaskName, WorkerReply, WorkerRequest, WorkerTasks } from '../../protocol/worker.js';
import { translateAsTold } from '../translations.js';
import { createHandlers } from './tasks.js';
import { toWire } from './wire-error.js';

/** One of the tasks by its name. */
interface Asked<Name extends TaskName> {
  readonly id: number;
  readonly name: Name;
  readonly params: WorkerTasks[Name]['params'];
}

translateAsTold(workerData);

const handlers = createHandlers();

/** Does a task; what goes wrong is in the reply. For the command line, whose own thread may do what it waits for. */
export async function answer<Name extends TaskName>({ id, name, params }: Asked<Name>): Promise<WorkerReply<Name>> {
  try {
    return { id, ok: true, result: await handlers[name](params) };
  } catch (error) {
    return { id, ok: false, error: toWire(error) };
  }
}

const port = parentPort;
port?.on('message', (request: WorkerRequest) => {
  void answer(request).then((reply) => {
    port.postMessage(reply);
  });
});
