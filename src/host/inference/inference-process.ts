import * as l10n from '@vscode/l10n';
import { type ChildProcess, fork } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { CheckpointError } from '../../core/errors.js';
import type { InferenceReply, InferenceTaskName, InferenceTasks } from '../../protocol/inference.js';
import { fromWire } from '../engine/wire-error.js';
import { startMessage } from '../translations.js';

/** The one request under way; a process gets the next one when it has answered. */
interface Pending {
  readonly id: number;
  settle(reply: InferenceReply): void;
  fail(error: Error): void;
}

/** The process of one model: native code runs in it, and if that dies, nothing else does. */
export class InferenceProcess {
  readonly #child: ChildProcess;
  readonly #scratchFolder: string;
  #pending: Pending | null = null;
  #nextId = 1;
  #ended: Promise<void>;
  #alive = true;

  /**
   * @param processFile bundle of `process.ts`.
   * @param scratchFolder removed when the process has ended, whoever made it.
   */
  constructor(processFile: string, scratchFolder: string) {
    this.#scratchFolder = scratchFolder;
    this.#child = fork(processFile, [], {
      serialization: 'advanced',
      // The runtime's own messages go nowhere: what matters of them comes back as an error.
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      execArgv: ['--expose-gc'],
      // The editor's own program runs a script as Node does only when it is told.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    });
    this.#child.on('message', (reply: InferenceReply) => {
      if (this.#pending?.id !== reply.id) return;
      const pending = this.#pending;
      this.#pending = null;
      pending.settle(reply);
    });
    this.#ended = new Promise((resolve) => {
      const end = (reason: string): void => {
        this.#alive = false;
        this.#pending?.fail(stopped(reason));
        this.#pending = null;
        void rm(this.#scratchFolder, { recursive: true, force: true }).then(resolve, () => {
          resolve();
        });
      };
      this.#child.on('error', (error) => {
        end(error.message);
      });
      this.#child.on('exit', (code, signal) => {
        end(l10n.t('its process ended ({0})', signal ?? l10n.t('code {0}', String(code))));
      });
    });
    const told = startMessage();
    if (told !== null) this.#child.send(told, () => undefined); // a process that cannot be told has ended, which is told by that
    this.#hold(false);
  }

  get alive(): boolean {
    return this.#alive;
  }

  /** Number of the process for the system; null when it could not be started. */
  get id(): number | null {
    return this.#child.pid ?? null;
  }

  /** Result of a task. @throws CheckpointError, with code `worker-stopped` when the process ends before it answers. */
  call<Name extends InferenceTaskName>(
    name: Name,
    params: InferenceTasks[Name]['params'],
  ): Promise<InferenceTasks[Name]['result']> {
    return new Promise((resolve, reject) => {
      if (!this.#alive) {
        reject(stopped(l10n.t('its process has ended')));
        return;
      }
      const id = this.#nextId++;
      const done = (): void => {
        this.#hold(false);
      };
      this.#pending = {
        id,
        settle: (reply: InferenceReply<Name>) => {
          done();
          if (reply.ok) resolve(reply.result);
          else reject(fromWire(reply.error));
        },
        fail: (error) => {
          done();
          reject(error);
        },
      };
      this.#hold(true);
      this.#child.send({ id, name, params }, (error) => {
        if (error !== null) this.kill();
      });
    });
  }

  /** Ends the process at once, whatever it does. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Settles when the process has ended and its scratch folder is gone. */
  get ended(): Promise<void> {
    return this.#ended;
  }

  /** Only a process with work to do keeps its parent alive. */
  #hold(on: boolean): void {
    const { channel } = this.#child;
    if (on) {
      this.#child.ref();
      channel?.ref();
    } else {
      this.#child.unref();
      channel?.unref();
    }
  }
}

function stopped(reason: string): CheckpointError {
  return new CheckpointError(
    'worker-stopped',
    'inference',
    l10n.t('the model stopped running: {0}', reason),
    l10n.t('try again'),
  );
}
