import { parentPort, workerData } from 'node:worker_threads';
import { toWire } from '../../../host/engine/wire-error.js';
import { loadPythonParser } from '../../../host/source/python-parser.js';
import { translateAsTold } from '../../../host/translations.js';
import { diskFiles } from './disk-files.js';
import type { SourceReply, SourceTask, SourceTasks, ToSourceWorker } from './messages.js';
import { SourceService } from './service.js';

const port = parentPort;
if (port === null) throw new Error('this file runs as a worker thread');

translateAsTold(workerData);

const service = loadPythonParser(__dirname).then((parser) => new SourceService(parser, diskFiles));

/** Messages are taken one after the other, so that a question sees the changes before it and none after. */
let before: Promise<unknown> = service;

port.on('message', (message: ToSourceWorker) => {
  before = before.then(() => take(message));
});

async function take(message: ToSourceWorker): Promise<void> {
  const known = await service;
  if (message.type === 'change') {
    known.change(message.change);
    return;
  }
  const { id } = message;
  try {
    const result = await answer(known, message);
    port?.postMessage({ id, ok: true, result } satisfies SourceReply);
  } catch (error) {
    port?.postMessage({ id, ok: false, error: toWire(error) } satisfies SourceReply);
  }
}

async function answer(
  known: SourceService,
  question: Extract<ToSourceWorker, { type: 'ask' }>,
): Promise<SourceTasks[SourceTask]['result']> {
  switch (question.name) {
    case 'facts':
      return known.facts(question.params);
    case 'match':
      return known.match(question.params);
  }
}
