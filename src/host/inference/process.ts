import type { InferenceReply, InferenceRequest, InferenceTaskName, InferenceTasks } from '../../protocol/inference.js';
import { toWire } from '../engine/wire-error.js';
import { type Started, translateAsTold } from '../translations.js';
import { DoubleArithmetic } from './double-arithmetic.js';
import { LoadedGraph } from './loaded-graph.js';
import { loadRuntime } from './runtime.js';

let graph: LoadedGraph | null = null;

function loaded(): LoadedGraph {
  if (graph === null) throw new Error('no model is loaded');
  return graph;
}

async function answer(request: InferenceRequest): Promise<InferenceTasks[InferenceTaskName]['result']> {
  switch (request.name) {
    case 'load':
      graph = await LoadedGraph.load(request.params, await warming);
      return graph.facts;
    case 'run':
      return loaded().run(request.params);
    case 'attend':
      return loaded().attend(request.params);
    case 'interrelate':
      return loaded().interrelate(request.params);
    case 'tap':
      return loaded().tap(request.params);
  }
}

// The runtime loads while the first request is on its way; a failure is told by the request that needs it.
const warming = loadRuntime().then(async (runtime) => {
  const arithmetic = new DoubleArithmetic(runtime, null);
  await arithmetic.warm();
  return arithmetic;
});
warming.catch(() => undefined);

process.on('message', (request: InferenceRequest | Started) => {
  if ('translations' in request) {
    translateAsTold(request);
    return;
  }
  const reply = (message: InferenceReply): void => {
    process.send?.(message);
  };
  answer(request).then(
    (result) => {
      reply({ id: request.id, ok: true, result });
    },
    (error: unknown) => {
      reply({ id: request.id, ok: false, error: toWire(error) });
    },
  );
});

// Whoever started this process is gone.
process.on('disconnect', () => {
  process.exit();
});
