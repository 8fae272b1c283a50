import { Worker } from 'node:worker_threads';
import type { MatchedCheckpoint } from '../../../core/source/contract.js';
import { fromWire } from '../../../host/engine/wire-error.js';
import { workerOptions } from '../../../host/translations.js';
import type { Log } from '../../log.js';
import type { SourceReply, SourceTask, SourceTasks, TextChange, ToSourceWorker, WantedMatch } from './messages.js';

interface Question {
  settle(reply: SourceReply): void;
  fail(error: Error): void;
}

/** A checkpoint to match, with its tensors. */
export type Told = WantedMatch & { readonly checkpoint: MatchedCheckpoint };

/** A worker that dies this often is broken: it is not started again. */
const MAX_DEATHS = 3;

/** What the client is made with. */
export interface SourceWorkerParts {
  /** Bundle of the worker. */
  readonly workerFile: string;
  readonly log: Log;
  /** All texts that a new worker has to know. */
  readonly texts: () => readonly TextChange[];
}

/**
 * The thread that parses and matches: started by the first question, and started afresh with all texts when it died.
 * Every promise settles.
 */
export class SourceWorker {
  readonly #parts: SourceWorkerParts;
  readonly #questions = new Map<number, Question>();
  /** Checkpoints that the running worker knows. */
  readonly #told = new Set<string>();
  #worker: Worker | null = null;
  #nextId = 1;
  #deaths = 0;
  #disposed = false;

  constructor(parts: SourceWorkerParts) {
    this.#parts = parts;
  }

  /** True once something was asked. */
  get running(): boolean {
    return this.#worker !== null;
  }

  /** Tells a running worker of a text; one that starts later learns all of them then. */
  tell(change: TextChange): void {
    if (this.#worker !== null) this.#post({ type: 'change', change });
  }

  facts(params: SourceTasks['facts']['params']): Promise<SourceTasks['facts']['result']> {
    return this.#ask<'facts'>((id) => ({ type: 'ask', id, name: 'facts', params }));
  }

  /**
   * Matches checkpoints; the tensors of each one cross to the worker once.
   * @param keep checkpoints that will be asked for again; others are forgotten.
   */
  match(
    roots: readonly string[],
    wanted: readonly Told[],
    keep: readonly string[],
  ): Promise<SourceTasks['match']['result']> {
    return this.#ask<'match'>((id) => {
      const sent = wanted.map((each) => ({ ...each, checkpoint: this.#isNews(each.id) ? each.checkpoint : null }));
      for (const known of [...this.#told]) if (!keep.includes(known)) this.#told.delete(known);
      return { type: 'ask', id, name: 'match', params: { roots, wanted: sent, keep } };
    });
  }

  /** Ends the thread until something is asked again. */
  async rest(): Promise<void> {
    await this.#end('it was ended');
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    await this.#end('it was closed');
  }

  #ask<Name extends SourceTask>(question: (id: number) => ToSourceWorker): Promise<SourceTasks[Name]['result']> {
    return new Promise((resolve, reject) => {
      if (this.#disposed || this.#deaths >= MAX_DEATHS) {
        reject(new Error('the reader of Python has stopped'));
        return;
      }
      this.#worker ??= this.#start();
      const id = this.#nextId++;
      this.#questions.set(id, {
        settle: (reply: SourceReply<Name>) => {
          if (reply.ok) resolve(reply.result);
          else reject(fromWire(reply.error));
        },
        fail: reject,
      });
      this.#post(question(id));
    });
  }

  #isNews(id: string): boolean {
    if (this.#told.has(id)) return false;
    this.#told.add(id);
    return true;
  }

  #post(message: ToSourceWorker): void {
    this.#worker?.postMessage(message);
  }

  #start(): Worker {
    const worker = new Worker(this.#parts.workerFile, workerOptions());
    worker.unref();
    worker.on('message', (reply: SourceReply) => {
      const question = this.#questions.get(reply.id);
      this.#questions.delete(reply.id);
      question?.settle(reply);
    });
    const died = (reason: string) => () => {
      if (this.#worker !== worker) return;
      this.#deaths++;
      this.#parts.log.error('reader of Python', new Error(reason));
      void this.#end(reason);
    };
    worker.on('error', (error) => {
      died(error instanceof Error ? error.message : String(error))();
    });
    worker.on('messageerror', died('its answer could not be read'));
    worker.on('exit', died('it ended unexpectedly'));
    for (const change of this.#parts.texts()) worker.postMessage({ type: 'change', change } satisfies ToSourceWorker);
    return worker;
  }

  async #end(reason: string): Promise<void> {
    const worker = this.#worker;
    this.#worker = null;
    this.#told.clear();
    for (const question of this.#questions.values())
      question.fail(new Error(`the reader of Python stopped: ${reason}`));
    this.#questions.clear();
    if (worker === null) return;
    worker.removeAllListeners();
    worker.on('error', () => undefined); // has nobody left to tell
    await worker.terminate();
  }
}
