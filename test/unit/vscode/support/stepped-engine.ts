import type { LayerFigures } from '../../../../src/core/analysis/figures.js';
import type {
  Analysis,
  AnalyzeRequest,
  DistanceRequest,
  Engine,
  Inspection,
  InspectRequest,
} from '../../../../src/host/engine/contract.js';
import { layerFigures } from './checkpoints.js';

/** One analysis that a test brings forward step by step. */
export interface Step {
  readonly request: AnalyzeRequest;
  readonly signal: AbortSignal;
  readonly mayGoOn: Promise<unknown> | undefined;
  layer(index: number): void;
  finish(): void;
  fail(error: Error): void;
}

/** An engine in the hands of a test: inspections are answered at once, analyses when the test says so. */
export interface SteppedEngine extends Pick<Engine, 'inspect' | 'analyze' | 'overDistance'> {
  /** What the next inspections give; an error is thrown. */
  answer: (request: InspectRequest) => Inspection | Error;
  readonly inspected: InspectRequest[];
  readonly steps: Step[];
  readonly distances: DistanceStep[];
}

/** One question for figures over distance. */
export interface DistanceStep {
  readonly request: DistanceRequest;
  readonly signal: AbortSignal;
  finish(weighted: number): void;
  fail(error: Error): void;
}

export function steppedEngine(answer: SteppedEngine['answer']): SteppedEngine {
  const engine: SteppedEngine = {
    answer,
    inspected: [],
    steps: [],
    distances: [],
    inspect(request) {
      engine.inspected.push(request);
      const result = engine.answer(request);
      return result instanceof Error ? Promise.reject(result) : Promise.resolve(result);
    },
    overDistance(request, signal) {
      return new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(new DOMException('cancelled', 'AbortError')));
        engine.distances.push({
          request,
          signal,
          finish: (weighted) => {
            const point = { distance: 0, offsets: 1, weighted, mean: 0, weightedBand: 0.1 };
            resolve({ heads: [[point]], bytesRead: 0 });
          },
          fail: reject,
        });
      });
    },
    analyze(request, listener, signal) {
      return new Promise<Analysis>((resolve, reject) => {
        const layers: LayerFigures[] = [...request.have];
        signal.addEventListener('abort', () => reject(new DOMException('cancelled', 'AbortError')));
        engine.steps.push({
          request,
          signal,
          mayGoOn: listener.mayGoOn,
          layer(index) {
            layers.push(layerFigures(index));
            listener.onLayer(layerFigures(index));
          },
          finish: () => resolve(analysis(request, layers)),
          fail: reject,
        });
      });
    },
  };
  return engine;
}

function analysis({ model, basis }: AnalyzeRequest, layers: readonly LayerFigures[]): Analysis {
  const bands = { mode: 0.1, headMean: 0.01, layerMean: 0.01 };
  return {
    figures: { model, basis, bands, layers, warnings: [] },
    verdict: [{ text: 'All layers attend to similar tokens.' }],
    bytesRead: 0,
    fromCache: false,
  };
}
