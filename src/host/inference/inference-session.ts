import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TapName } from '../../core/inference/build-graph.js';
import { CheckpointError } from '../../core/errors.js';
import type { LoadedModel, LoadParams, RunResult } from '../../protocol/inference.js';
import { InferenceProcess } from './inference-process.js';

/** How a session works. */
export interface SessionOptions {
  /** Bundle of `process.ts`. */
  readonly processFile: string;
  /** The process ends when nothing was asked of it for this time, and gives its memory back; the next request starts it again. */
  readonly idleMs: number;
}

/** A picture that was run, whose taps can be asked for. */
export interface Run extends RunResult {
  /** Tokens that the attention of a layer reads, or what it adds to them; (tokens, width). Fails as `run` does. */
  tap(tap: TapName, layer: number, signal: AbortSignal): Promise<Float32Array>;
}

interface Started {
  readonly process: InferenceProcess;
  readonly model: LoadedModel;
}

/**
 * One model at one picture size, in a process of its own that starts with the first request. Requests are answered one after the other.
 * Every promise settles: when the process dies, its request is rejected with `worker-stopped` and the next one starts a new process;
 * a request whose signal fires is rejected at once and its process killed, since native code cannot be interrupted.
 */
export class InferenceSession {
  #started: Started | null = null;
  #starting: InferenceProcess | null = null;
  /** Whose taps the process has. */
  #lastPixels: Float32Array | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #idleTimer: NodeJS.Timeout | null = null;
  #disposed = false;

  constructor(
    private readonly params: Omit<LoadParams, 'scratchFolder'>,
    private readonly options: SessionOptions,
  ) {}

  /** Number of the process for the system; null while there is none. */
  get processId(): number | null {
    const process = this.#current;
    return process?.alive === true ? process.id : null;
  }

  /** Gets the model ready. @throws CheckpointError saying why it cannot be run; `AbortError` when the signal fires. */
  load(signal: AbortSignal): Promise<LoadedModel> {
    return this.#enqueue(signal, async () => (await this.#start()).model);
  }

  /**
   * Runs the model on one picture.
   * @param pixels (channels, height, width), ready for the model; kept for `tap`.
   * @throws CheckpointError, with code `worker-stopped` when the process died; `AbortError` when the signal fires.
   */
  run(pixels: Float32Array, signal: AbortSignal): Promise<Run> {
    return this.#enqueue(signal, async () => ({
      ...(await this.#run(pixels)),
      tap: (tap, layer, tapSignal) =>
        this.#enqueue(tapSignal, async () => {
          // Another picture was run since, or the process is a new one.
          if (this.#lastPixels !== pixels || this.#started?.process.alive !== true) await this.#run(pixels);
          const { process } = await this.#start();
          return process.call('tap', { tap, layer });
        }),
    }));
  }

  /** Ends the process for good. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    await this.#end();
  }

  get #current(): InferenceProcess | null {
    return this.#started?.process ?? this.#starting;
  }

  async #run(pixels: Float32Array): Promise<RunResult> {
    const { process } = await this.#start();
    this.#lastPixels = null;
    const result = await process.call('run', { pixels });
    this.#lastPixels = pixels;
    return result;
  }

  async #start(): Promise<Started> {
    if (this.#disposed)
      throw new CheckpointError('worker-stopped', 'inference', 'the model was closed', 'open it again');
    if (this.#started?.process.alive === true) return this.#started;
    this.#started = null;
    this.#lastPixels = null;
    const scratchFolder = path.join(tmpdir(), `qk-lens-${randomUUID()}`);
    const process = new InferenceProcess(this.options.processFile, scratchFolder);
    this.#starting = process;
    try {
      this.#started = { process, model: await process.call('load', { ...this.params, scratchFolder }) };
      return this.#started;
    } catch (error) {
      process.kill();
      throw error;
    } finally {
      this.#starting = null;
    }
  }

  #enqueue<Result>(signal: AbortSignal, job: () => Promise<Result>): Promise<Result> {
    if (this.#idleTimer !== null) clearTimeout(this.#idleTimer);
    this.#waiting++;
    const result = new Promise<Result>((resolve, reject) => {
      let runs = false;
      const onAbort = (): void => {
        if (runs) this.#current?.kill();
        reject(new DOMException('The operation was cancelled', 'AbortError'));
      };
      if (signal.aborted) onAbort();
      signal.addEventListener('abort', onAbort, { once: true });
      this.#queue = this.#queue.then(async () => {
        if (!signal.aborted) {
          runs = true;
          await job().then(resolve, reject);
        }
        signal.removeEventListener('abort', onAbort);
        this.#waiting--;
        if (this.#waiting === 0) this.#waitIdle();
      });
    });
    return result;
  }

  #waitIdle(): void {
    this.#idleTimer = setTimeout(() => {
      void this.#end();
    }, this.options.idleMs);
    this.#idleTimer.unref();
  }

  async #end(): Promise<void> {
    const process = this.#current;
    process?.kill();
    this.#started = null;
    await process?.ended;
  }
}
