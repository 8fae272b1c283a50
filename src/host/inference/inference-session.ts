import * as l10n from '@vscode/l10n';
import type { HeadOnKeypoints } from '../../core/analysis/keypoints/keypoint-analysis.js';
import type { TapName } from '../../core/inference/build-graph.js';
import { CheckpointError } from '../../core/errors.js';
import type {
  AttendParams,
  AttendResult,
  InterrelateParams,
  LoadedModel,
  LoadParams,
  Prompted,
  RunResult,
} from '../../protocol/inference.js';
import type { InferenceProcess } from './inference-process.js';
import { type WarmProcess, warmProcess } from './warm-process.js';

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
  /** Attention of a layer of a run without a prompt. Fails as `run` does. */
  attend(params: AttendParams, signal: AbortSignal): Promise<AttendResult>;
  /** Keypoint figures of each head of a layer of a run without a prompt. Fails as `run` does. */
  interrelate(params: InterrelateParams, signal: AbortSignal): Promise<readonly HeadOnKeypoints[]>;
}

/** What a run is given. */
interface Fed {
  readonly pixels: Float32Array;
  readonly prompt: Prompted | null;
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
  #last: Fed | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #idleTimer: NodeJS.Timeout | null = null;
  #disposed = false;
  #warm: WarmProcess | null;

  /** @param warm a process that was started ahead; the session ends it. */
  constructor(
    private readonly params: Omit<LoadParams, 'scratchFolder'>,
    private readonly options: SessionOptions,
    warm: WarmProcess | null = null,
  ) {
    this.#warm = warm;
  }

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
   * @param prompt what is added to the scores of a promptable model; null: nothing.
   * @throws CheckpointError, with code `worker-stopped` when the process died; `AbortError` when the signal fires.
   */
  run(pixels: Float32Array, signal: AbortSignal, prompt: Prompted | null = null): Promise<Run> {
    const fed: Fed = { pixels, prompt };
    return this.#enqueue(signal, async () => ({
      ...(await this.#run(fed)),
      tap: (tap, layer, tapSignal) =>
        this.#enqueue(tapSignal, async () => (await this.#after(fed)).call('tap', { tap, layer })),
      attend: (params, attendSignal) =>
        this.#enqueue(attendSignal, async () => (await this.#after(fed)).call('attend', params)),
      interrelate: (params, ownSignal) =>
        this.#enqueue(ownSignal, async () => (await this.#after(fed)).call('interrelate', params)),
    }));
  }

  /** Ends the process for good. */
  async dispose(): Promise<void> {
    this.#disposed = true;
    await this.#end();
  }

  get #current(): InferenceProcess | null {
    return this.#started?.process ?? this.#starting ?? this.#warm?.process ?? null;
  }

  async #run(fed: Fed): Promise<RunResult> {
    const { process } = await this.#start();
    this.#last = null;
    const result = await process.call('run', fed);
    this.#last = fed;
    return result;
  }

  /** A process whose last run was this one: another picture may have been run since, or the process may be a new one. */
  async #after(fed: Fed): Promise<InferenceProcess> {
    const isLast = this.#last?.pixels === fed.pixels && this.#last.prompt === fed.prompt;
    if (!isLast || this.#started?.process.alive !== true) await this.#run(fed);
    return (await this.#start()).process;
  }

  async #start(): Promise<Started> {
    if (this.#disposed)
      throw new CheckpointError('worker-stopped', 'inference', l10n.t('the model was closed'), l10n.t('open it again'));
    if (this.#started?.process.alive === true) return this.#started;
    this.#started = null;
    this.#last = null;
    const { process, scratchFolder } = this.#warm ?? warmProcess(this.options.processFile);
    this.#warm = null;
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
