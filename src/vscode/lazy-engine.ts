import type { TensorAnswer } from '../core/analysis/tensor/questions.js';
import type { FiguresToWrite } from '../protocol/figures-file.js';
import type {
  Analysis,
  AnalyzeListener,
  AnalyzeRequest,
  DistanceRequest,
  Engine,
  Inspection,
  InspectRequest,
  OverDistance,
  TensorRequest,
} from '../host/engine/contract.js';

interface Running {
  readonly engine: Engine;
  inFlight: number;
  retired: boolean;
}

/** An engine that is made at first use and replaced when its settings change. */
export class LazyEngine implements Pick<
  Engine,
  'inspect' | 'analyze' | 'recall' | 'overDistance' | 'tensor' | 'figuresText'
> {
  readonly #create: () => Engine;
  #current: Running | null = null;

  constructor(create: () => Engine) {
    this.#create = create;
  }

  inspect(request: InspectRequest, signal: AbortSignal): Promise<Inspection> {
    return this.#use((engine) => engine.inspect(request, signal));
  }

  analyze(request: AnalyzeRequest, listener: AnalyzeListener, signal: AbortSignal): Promise<Analysis> {
    return this.#use((engine) => engine.analyze(request, listener, signal));
  }

  recall(request: Omit<AnalyzeRequest, 'have'>, signal: AbortSignal): Promise<Analysis | null> {
    return this.#use((engine) => engine.recall(request, signal));
  }

  overDistance(request: DistanceRequest, signal: AbortSignal): Promise<OverDistance> {
    return this.#use((engine) => engine.overDistance(request, signal));
  }

  tensor(request: TensorRequest, signal: AbortSignal): Promise<TensorAnswer> {
    return this.#use((engine) => engine.tensor(request, signal));
  }

  figuresText(request: FiguresToWrite, signal: AbortSignal): Promise<string> {
    return this.#use((engine) => engine.figuresText(request, signal));
  }

  /** Gives the next request a new engine; what runs now ends on the old one. */
  async renew(): Promise<void> {
    const old = this.#current;
    this.#current = null;
    if (old === null) return;
    old.retired = true;
    if (old.inFlight === 0) await old.engine.dispose();
  }

  async dispose(): Promise<void> {
    const old = this.#current;
    this.#current = null;
    await old?.engine.dispose();
  }

  async #use<Result>(work: (engine: Engine) => Promise<Result>): Promise<Result> {
    const running = (this.#current ??= { engine: this.#create(), inFlight: 0, retired: false });
    running.inFlight++;
    try {
      return await work(running.engine);
    } finally {
      running.inFlight--;
      if (running.retired && running.inFlight === 0) await running.engine.dispose();
    }
  }
}
