import { createHash } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { LayerFigures } from '../../core/analysis/figures.js';
import { turningOf } from '../../core/analysis/distance/turning.js';
import { modelFigures } from '../../core/analysis/model-figures.js';
import { verdict } from '../../core/analysis/verdict.js';
import type { LayerSpec, Model } from '../../core/model/model.js';
import type { WorkerTasks } from '../../protocol/worker.js';
import type {
  Analysis,
  AnalyzeListener,
  AnalyzeRequest,
  Engine,
  InspectRequest,
  Inspection,
  LayerVectors,
} from './contract.js';
import { WorkerPool } from './worker-pool.js';

/** How an engine works. */
export interface EngineOptions {
  /** Bundle of `worker.ts`. */
  readonly workerFile: string;
  /** Worker threads at once. */
  readonly threads: number;
  /** Folder of finished figures; null: none are kept. */
  readonly cacheFolder: string | null;
  /** Inspects in this thread, for who has nothing else to do meanwhile; a worker does where it is not given. */
  readonly inspectHere?: (request: WorkerTasks['inspect']['params']) => Promise<WorkerTasks['inspect']['result']>;
}

/** Layers are independent, but more threads than this wait for memory, not for processors. */
const MAX_THREADS = 8;

/** Workers without work end after this time, and give their memory back. */
const IDLE_MS = 60_000;

/** Raised when the same weights give other figures. */
const FIGURES_VERSION = 1;

/** Worker threads for this machine: as many as it has processors, but for those that are spared, at least one. */
export function usualThreads(spared = 0): number {
  return Math.max(1, Math.min(MAX_THREADS, availableParallelism() - spared));
}

/** An engine whose worker threads start with the first request. */
export function createEngine(options: EngineOptions): Engine {
  const pool = new WorkerPool({
    workerFile: options.workerFile,
    size: options.threads,
    idleMs: IDLE_MS,
  });
  return {
    warm: () => {
      pool.warm();
    },
    inspect: async (request, signal) => {
      const { inspectHere } = options;
      return inspection(request, await (inspectHere?.(request) ?? pool.run('inspect', request, signal)));
    },
    analyze: (request, listener, signal) => analyze(pool, options.cacheFolder, request, listener, signal),
    recall: (request, signal) => recall(pool, options.cacheFolder, { ...request, have: [] }, signal),
    async vectors({ inspection, model, basis }, layer, signal): Promise<LayerVectors> {
      const spec = findLayer(findModel(inspection, model), layer);
      return pool.run('vectors', { checkpoint: inspection.checkpoint, spec, basis }, signal);
    },
    async overDistance({ inspection, model: name, basis, layer, head, distances }, signal) {
      const model = findModel(inspection, name);
      const turning = turningOf(model);
      if (turning === null) throw new Error(`how ${name} turns queries and keys is not known`);
      const spec = findLayer(model, layer);
      const { checkpoint } = inspection;
      return pool.run('distances', { checkpoint, spec, basis, turning, head, distances }, signal);
    },
    async tensor({ inspection: { checkpoint }, tensor, question }, signal) {
      return (await pool.run('tensor', { checkpoint, tensor, question }, signal)).answer;
    },
    async figuresText(request, signal) {
      return (await pool.run('figures-text', request, signal)).text;
    },
    stopWorkers: () => pool.stop(),
    dispose: () => pool.dispose(),
  };
}

function inspection(request: InspectRequest, found: WorkerTasks['inspect']['result']): Inspection {
  const { checkpoint } = found;
  const sizeBytes = checkpoint.files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const modifiedMs = Math.max(...checkpoint.files.map((file) => file.modifiedMs));
  return {
    source: {
      path: request.path,
      format: found.format,
      sizeBytes,
      bytesRead: found.bytesRead,
      identity: { sizeBytes, modifiedMs, headerHash: found.headerHash },
    },
    checkpoint,
    tensors: found.tensors,
    recognition: found.recognition,
    warnings: found.warnings,
    ...(found.adapter === undefined ? {} : { adapter: found.adapter }),
  };
}

async function analyze(
  pool: WorkerPool,
  cacheFolder: string | null,
  request: AnalyzeRequest,
  listener: AnalyzeListener,
  signal: AbortSignal,
): Promise<Analysis> {
  const model = findModel(request.inspection, request.model);
  const kept = await recall(pool, cacheFolder, request, signal);
  if (kept !== null) {
    for (const layer of kept.figures.layers) listener.onLayer(layer);
    return kept;
  }
  const file = cacheFile(cacheFolder, request, model);
  const { layers, bytesRead } = await computeLayers(pool, request, model, listener, signal);
  // Figures that cannot be kept are no failure: they are computed again next time.
  if (file !== null) await pool.run('store', { file, layers }, signal).catch(() => null);
  return finish(model, request, layers, bytesRead, false);
}

async function recall(
  pool: WorkerPool,
  cacheFolder: string | null,
  request: AnalyzeRequest,
  signal: AbortSignal,
): Promise<Analysis | null> {
  const model = findModel(request.inspection, request.model);
  const file = cacheFile(cacheFolder, request, model);
  const kept = file === null ? null : await pool.run('recall', { file }, signal);
  return kept?.length === model.layers.length ? finish(model, request, kept, 0, true) : null;
}

function cacheFile(cacheFolder: string | null, request: AnalyzeRequest, model: Model): string | null {
  return cacheFolder === null ? null : path.join(cacheFolder, `${cacheKey(request, model)}.json`);
}

function finish(
  model: Model,
  request: AnalyzeRequest,
  layers: readonly LayerFigures[],
  bytesRead: number,
  fromCache: boolean,
): Analysis {
  return { figures: modelFigures(model, request.basis, layers), verdict: verdict(layers), bytesRead, fromCache };
}

/** Computes the layers that are not at hand, side by side; the first failure ends the others. */
async function computeLayers(
  pool: WorkerPool,
  { inspection, basis, have }: AnalyzeRequest,
  model: Model,
  listener: AnalyzeListener,
  signal: AbortSignal,
): Promise<{ layers: LayerFigures[]; bytesRead: number }> {
  const done = new Map(have.map((layer) => [layer.index, layer]));
  const layers: LayerFigures[] = [];
  let bytesRead = 0;
  const tell = (): void => {
    for (let next = done.get(layers.length); next !== undefined; next = done.get(layers.length)) {
      layers.push(next);
      listener.onLayer(next);
    }
  };
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  setMaxListeners(model.layers.length, either); // one for each layer that waits
  tell();
  const running = model.layers
    .filter((spec) => !done.has(spec.index))
    .map(async (spec, place) => {
      if (place > 0) await listener.mayGoOn;
      const result = await pool.run('layer', { checkpoint: inspection.checkpoint, spec, basis }, either);
      bytesRead += result.bytesRead;
      done.set(spec.index, result.figures);
      tell();
    });
  try {
    await Promise.all(running);
  } catch (error) {
    failed.abort();
    await Promise.allSettled(running);
    throw error;
  }
  return { layers, bytesRead };
}

function findModel(inspection: Inspection, name: string): Model {
  const model = inspection.recognition.models.find((candidate) => candidate.name === name);
  if (model === undefined) throw new Error(`the checkpoint has no model ${name}`);
  return model;
}

function findLayer({ layers }: Model, index: number): LayerSpec {
  const spec = layers[index];
  if (spec === undefined) throw new Error(`the model has no layer ${String(index)}`);
  return spec;
}

/** Same file, same tensors taken the same way, same basis: same figures. */
function cacheKey({ inspection, basis }: AnalyzeRequest, model: Model): string {
  const { identity } = inspection.source;
  const text = JSON.stringify([FIGURES_VERSION, inspection.checkpoint, identity, basis, model.layers]);
  return createHash('sha256').update(text).digest('hex');
}
