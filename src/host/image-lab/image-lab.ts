import * as l10n from '@vscode/l10n';
import { Worker } from 'node:worker_threads';
import { CheckpointError } from '../../core/errors.js';
import type {
  ImageProgress,
  ImageReply,
  ImageRequest,
  LabSubject,
  LabTaskName,
  LabTasks,
} from '../../protocol/image-worker.js';
import { fromWire } from '../engine/wire-error.js';
import { workerOptions } from '../translations.js';

/** A request that is under way. */
interface Pending {
  readonly progress: (progress: ImageProgress) => void;
  settle(reply: Extract<ImageReply, { ok: boolean }>): void;
  fail(error: Error): void;
}

/** How a request is made. */
export interface ImageCall {
  readonly signal: AbortSignal;
  readonly progress?: (progress: ImageProgress) => void;
  /** Whether the model's process ends with the request when the signal fires; else it only goes no further. */
  readonly kill?: boolean;
}

/** What runs the pictures of one model. */
export interface ImageLab {
  /** False when the thread has died or was closed; the picture that it had is gone with it. */
  readonly alive: boolean;
  /**
   * Result of a task; several take turns.
   * @throws CheckpointError, with code `worker-stopped` when the thread or the model's process died; `AbortError` when the signal fires.
   */
  run<Name extends LabTaskName>(
    name: Name,
    params: LabTasks[Name]['params'],
    call: ImageCall,
  ): Promise<LabTasks[Name]['result']>;
  /** Ends the thread and the model's process at once. */
  dispose(): Promise<void>;
}

/** A thread that has not answered for this long after what it did was cancelled is ended, so that the processor is free within 200 ms. */
const DEAF_MS = 150;

/**
 * Starts a worker thread for the pictures of a model. Every promise settles; a thread that died is gone, with the picture that it had, and all
 * that is asked of it afterwards fails with `worker-stopped`.
 * @param workerFile bundle of `worker.ts`.
 */
export function startImageLab(workerFile: string, subject: LabSubject): ImageLab {
  const worker = new Worker(workerFile, workerOptions());
  const pending = new Map<number, Pending>();
  const cancelled = new Map<number, NodeJS.Timeout>();
  let nextId = 1;
  let ended: string | null = null;
  const end = (reason: string): void => {
    ended ??= reason;
    for (const request of [...pending.values()]) request.fail(stopped(reason));
  };
  worker.unref();
  worker.postMessage({ subject } satisfies ImageRequest);
  worker.on('message', (reply: ImageReply) => {
    const request = pending.get(reply.id);
    if ('progress' in reply) {
      request?.progress(reply.progress);
      return;
    }
    clearTimeout(cancelled.get(reply.id));
    cancelled.delete(reply.id);
    request?.settle(reply);
  });
  worker.on('error', (error) => {
    end(error instanceof Error ? error.message : String(error));
  });
  worker.on('messageerror', () => {
    end(l10n.t('its answer could not be read'));
    void worker.terminate();
  });
  worker.on('exit', () => {
    end(l10n.t('it ended unexpectedly'));
  });
  const cancel = (id: number, kill: boolean): void => {
    worker.postMessage({ cancel: id, kill } satisfies ImageRequest);
    if (!kill) return;
    // A thread that computes does not hear it in time.
    const timer = setTimeout(() => {
      end(l10n.t('it was ended'));
      void worker.terminate();
    }, DEAF_MS);
    timer.unref();
    cancelled.set(id, timer);
  };
  return {
    get alive() {
      return ended === null;
    },
    run: (name, params, { signal, progress = () => undefined, kill = false }) =>
      new Promise((resolve, reject) => {
        if (ended !== null) {
          reject(stopped(ended));
          return;
        }
        if (signal.aborted) {
          reject(abortError());
          return;
        }
        const id = nextId++;
        const done = (): void => {
          pending.delete(id);
          signal.removeEventListener('abort', onAbort);
          if (pending.size === 0) worker.unref();
        };
        const onAbort = (): void => {
          done();
          cancel(id, kill);
          reject(abortError());
        };
        pending.set(id, {
          progress,
          settle: (reply: Extract<ImageReply<typeof name>, { ok: boolean }>) => {
            done();
            if (reply.ok) resolve(reply.result);
            else reject(fromWire(reply.error));
          },
          fail: (error) => {
            done();
            reject(error);
          },
        });
        signal.addEventListener('abort', onAbort, { once: true });
        worker.ref();
        worker.postMessage({ id, name, params });
      }),
    async dispose() {
      end(l10n.t('it was closed'));
      await worker.terminate();
    },
  };
}

function stopped(reason: string): CheckpointError {
  return new CheckpointError(
    'worker-stopped',
    'inference',
    l10n.t('the model stopped running: {0}', reason),
    l10n.t('try again'),
  );
}

function abortError(): Error {
  return new DOMException('The operation was cancelled', 'AbortError');
}
