import type { LayerFigures } from '../../core/analysis/figures.js';
import { CheckpointError } from '../../core/errors.js';
import type { Analysis, Engine, Inspection } from '../../host/engine/contract.js';
import type { Focus, ToPanel } from '../../protocol/panel.js';

/** How often a running analysis says how long it has run. */
const TICK_MS = 500;

/** Where a run stands. `paused`: nobody looks at it, and it goes on when somebody does. */
export type RunStatus = 'paused' | 'running' | 'done' | 'cancelled' | 'crashed' | 'failed';

/** What a run needs and whom it tells. */
export interface RunParts {
  readonly engine: Pick<Engine, 'analyze'>;
  readonly inspection: Inspection;
  readonly focus: Focus;
  readonly depth: number;
  /** Settles when no panel's page is loading, which wants the processor as much as all layers after the first. */
  readonly pagesLoaded: () => Promise<void>;
  /** Gets each message for the panels that look at this run. */
  readonly emit: (message: ToPanel) => void;
  /** Called when the status changes, and with the first layer. */
  readonly changed: () => void;
  /** Called with a failure that is neither a cancellation nor a crash. */
  readonly failed: (error: unknown) => void;
  /** Called with a failure that the person should be able to read in the log. */
  readonly crashed: (error: unknown) => void;
}

/** The analysis of one model in one basis: its layers so far, and the work that adds to them. */
export class Run {
  readonly #parts: RunParts;
  readonly #layers: LayerFigures[] = [];
  #status: RunStatus = 'paused';
  #analysis: Analysis | null = null;
  #work: AbortController | null = null;
  #startedMs = 0;
  #earlierMs = 0;

  constructor(parts: RunParts) {
    this.#parts = parts;
  }

  get focus(): Focus {
    return this.#parts.focus;
  }

  get status(): RunStatus {
    return this.#status;
  }

  get layers(): readonly LayerFigures[] {
    return this.#layers;
  }

  /** The finished analysis; null before. */
  get analysis(): Analysis | null {
    return this.#analysis;
  }

  /** Time spent on it so far, without pauses. */
  get elapsedMs(): number {
    return this.#earlierMs + (this.#status === 'running' ? performance.now() - this.#startedMs : 0);
  }

  /** Starts or goes on, keeping the layers at hand. */
  start(): void {
    if (this.#status === 'running' || this.#status === 'done') return;
    const work = new AbortController();
    this.#work = work;
    this.#startedMs = performance.now();
    this.#setStatus('running');
    for (const message of this.replay()) this.#parts.emit(message);
    const ticks = setInterval(() => this.#progress(), TICK_MS);
    void this.#analyze(work.signal).finally(() => clearInterval(ticks));
  }

  /** Goes on by itself only when it stopped because nobody looked at it. */
  wake(): void {
    if (this.#status === 'paused') this.start();
  }

  /** Stops the work; `cancelled` is told to the panels, `paused` is not. */
  stop(as: 'cancelled' | 'paused'): void {
    if (this.#status !== 'running') return;
    this.#work?.abort();
    this.#setStatus(as);
    if (as === 'cancelled') this.#parts.emit(this.#stopped('cancelled'));
  }

  /** All messages that bring a new panel to where this run stands. */
  replay(): ToPanel[] {
    const messages: ToPanel[] = [{ type: 'start', focus: this.focus, depth: this.#parts.depth }];
    for (const layer of this.#layers) messages.push({ type: 'layer', focus: this.focus, layer });
    if (this.#status === 'running') messages.push(this.#progressMessage());
    if (this.#status === 'cancelled' || this.#status === 'crashed') messages.push(this.#stopped(this.#status));
    if (this.#analysis !== null) messages.push(this.#done(this.#analysis));
    return messages;
  }

  async #analyze(signal: AbortSignal): Promise<void> {
    const { engine, inspection, focus, pagesLoaded } = this.#parts;
    const onLayer = (layer: LayerFigures): void => {
      if (signal.aborted || this.#layers.some(({ index }) => index === layer.index)) return;
      this.#layers.push(layer);
      this.#parts.emit({ type: 'layer', focus, layer });
      this.#progress();
      if (this.#layers.length === 1) this.#parts.changed();
    };
    try {
      const request = { inspection, model: focus.model, basis: focus.basis, have: [...this.#layers] };
      const analysis = await engine.analyze(request, { onLayer, mayGoOn: pagesLoaded() }, signal);
      if (signal.aborted) return;
      this.#analysis = analysis;
      this.#setStatus('done');
      this.#parts.emit(this.#done(analysis));
    } catch (error) {
      if (!signal.aborted) this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (error instanceof CheckpointError && error.code === 'worker-stopped') {
      this.#parts.crashed(error);
      this.#setStatus('crashed');
      this.#parts.emit(this.#stopped('crashed'));
    } else {
      this.#setStatus('failed');
      this.#parts.failed(error);
    }
  }

  #setStatus(status: RunStatus): void {
    this.#earlierMs = this.elapsedMs;
    this.#status = status;
    this.#parts.changed();
  }

  #progress(): void {
    if (this.#status === 'running') this.#parts.emit(this.#progressMessage());
  }

  #progressMessage(): ToPanel {
    return { type: 'progress', focus: this.focus, done: this.#layers.length, elapsedMs: this.elapsedMs };
  }

  #stopped(reason: 'cancelled' | 'crashed'): ToPanel {
    return { type: 'stopped', focus: this.focus, reason, done: this.#layers.length };
  }

  #done({ figures, verdict }: Analysis): ToPanel {
    return { type: 'done', focus: this.focus, bands: figures.bands, verdict, warnings: figures.warnings };
  }
}
