import { parentPort } from 'node:worker_threads';
import type { TaskName, WorkerReply, WorkerRequest, WorkerTasks } from '../../protocol/worker.js';
import { createHandlers } from './tasks.js';
import { toWire } from './wire-error.js';

const port = parentPort;
if (port === null) throw new Error('this file runs as a worker thread');
const handlers = createHandlers();

async function run(request: WorkerRequest): Promise<WorkerTasks[TaskName]['result']> {
  switch (request.name) {
    case 'inspect':
      return handlers.inspect(request.params);
    case 'layer':
      return handlers.layer(request.params);
    case 'vectors':
      return handlers.vectors(request.params);
    case 'distances':
      return handlers.distances(request.params);
    case 'tensor':
      return handlers.tensor(request.params);
    case 'recall':
      return handlers.recall(request.params);
    case 'store':
      return handlers.store(request.params);
  }
}

port.on('message', (request: WorkerRequest) => {
  const reply = (answer: WorkerReply): void => {
    port.postMessage(answer);
  };
  run(request).then(
    (result) => {
      reply({ id: request.id, ok: true, result });
    },
    (error: unknown) => {
      reply({ id: request.id, ok: false, error: toWire(error) });
    },
  );
});
