import * as l10n from '@vscode/l10n';
import { Worker } from 'node:worker_threads';
import { CheckpointError } from '../../core/errors.js';
import type { TaskName, WorkerReply, WorkerTasks } from '../../protocol/worker.js';
import { workerOptions } from '../translations.js';
import { fromWire } from './wire-error.js';

/** A task that waits or runs; settled exactly once. */
interface Job {
  readonly id: number;
  readonly name: TaskName;
  readonly params: unknown;
  settle(reply: WorkerReply): void;
  fail(error: Error): void;
}

interface Slot {
  readonly worker: Worker;
  job: Job | null;
}

/** How a pool runs its workers. */
export interface PoolOptions {
  /** Bundle of the worker. */
  readonly workerFile: string;
  /** Most workers at once; they start when there is work for them. */
  readonly size: number;
  /** Idle workers end after this time. */
  readonly idleMs: number;
}

/**
 * Runs tasks in worker threads, one a worker, in order of arrival.
 * Every promise settles: a worker that dies rejects its task with `worker-stopped` and is replaced; a task whose signal fires is rejected at once,
 * its worker ended, since computation in it cannot be interrupted.
 */
export class WorkerPool {
  private readonly slots = new Set<Slot>();
  private readonly queue: Job[] = [];
  private nextId = 1;
  private idleTimer: NodeJS.Timeout | null = null;
  private disposed = false;

  constructor(private readonly options: PoolOptions) {}

  /** Result of a task. @throws CheckpointError, `AbortError` when the signal fires. */
  run<Name extends TaskName>(
    name: Name,
    params: WorkerTasks[Name]['params'],
    signal?: AbortSignal,
  ): Promise<WorkerTasks[Name]['result']> {
    return new Promise((resolve, reject) => {
      if (this.disposed) {
        reject(stopped(l10n.t('it was closed')));
        return;
      }
      if (signal?.aborted === true) {
        reject(abortError());
        return;
      }
      const onAbort = (): void => {
        this.withdraw(job);
        job.fail(abortError());
      };
      const job: Job = {
        id: this.nextId++,
        name,
        params,
        settle: (reply: WorkerReply<Name>) => {
          signal?.removeEventListener('abort', onAbort);
          if (reply.ok) resolve(reply.result);
          else reject(fromWire(reply.error));
        },
        fail: (error) => {
          signal?.removeEventListener('abort', onAbort);
          reject(error);
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.queue.push(job);
      this.pump();
    });
  }

  /** Starts all workers, so that they are there when work comes. */
  warm(): void {
    while (!this.disposed && this.start() !== null);
    this.pump();
  }

  /** Ends all workers at once; their tasks and those that wait are rejected with `worker-stopped`. The next task starts afresh. */
  async stop(): Promise<void> {
    for (const job of this.queue.splice(0)) job.fail(stopped(l10n.t('it was ended')));
    await Promise.all([...this.slots].map((slot) => this.end(slot, l10n.t('it was ended'))));
  }

  /** Ends all workers for good. */
  async dispose(): Promise<void> {
    this.disposed = true;
    await this.stop();
  }

  private pump(): void {
    if (this.idleTimer !== null) clearTimeout(this.idleTimer);
    this.idleTimer = null;
    while (this.queue.length > 0) {
      const slot = [...this.slots].find((candidate) => candidate.job === null) ?? this.start();
      if (slot === null) return;
      const job = this.queue.shift();
      if (job === undefined) return;
      slot.job = job;
      slot.worker.ref();
      slot.worker.postMessage({ id: job.id, name: job.name, params: job.params });
    }
    if ([...this.slots].every((slot) => slot.job === null)) {
      this.idleTimer = setTimeout(() => {
        void this.stop();
      }, this.options.idleMs);
      this.idleTimer.unref();
    }
  }

  private start(): Slot | null {
    if (this.slots.size >= this.options.size) return null;
    const worker = new Worker(this.options.workerFile, workerOptions());
    const slot: Slot = { worker, job: null };
    worker.unref(); // until it has work
    this.slots.add(slot);
    worker.on('message', (reply: WorkerReply) => {
      if (slot.job?.id !== reply.id) return;
      const { job } = slot;
      slot.job = null;
      worker.unref();
      job.settle(reply);
      this.pump();
    });
    const died = (reason: string) => () => {
      void this.end(slot, reason).then(() => {
        this.pump();
      });
    };
    worker.on('error', (error) => {
      died(error instanceof Error ? error.message : String(error))();
    });
    worker.on('messageerror', died(l10n.t('its answer could not be read')));
    worker.on('exit', died(l10n.t('it ended unexpectedly')));
    return slot;
  }

  private withdraw(job: Job): void {
    const waiting = this.queue.indexOf(job);
    if (waiting >= 0) this.queue.splice(waiting, 1);
    for (const slot of this.slots) {
      if (slot.job !== job) continue;
      slot.job = null;
      void this.end(slot, l10n.t('it was ended')).then(() => {
        this.pump();
      });
    }
  }

  private async end(slot: Slot, reason: string): Promise<void> {
    if (!this.slots.delete(slot)) return;
    slot.job?.fail(stopped(reason));
    slot.job = null;
    slot.worker.removeAllListeners();
    // An error after this has nobody left to tell.
    slot.worker.on('error', () => undefined);
    await slot.worker.terminate();
  }
}

function stopped(reason: string): CheckpointError {
  return new CheckpointError(
    'worker-stopped',
    'computation',
    l10n.t('the computation stopped: {0}', reason),
    l10n.t('try again'),
  );
}

function abortError(): Error {
  return new DOMException('The operation was cancelled', 'AbortError');
}
