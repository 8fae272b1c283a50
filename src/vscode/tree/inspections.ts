import type * as vscode from 'vscode';
import type { Engine, Inspection } from '../../host/engine/contract.js';
import type { Sessions } from '../editor/sessions.js';
import { unreachable } from '../unreachable.js';

/** Headers of this many files are kept for the tree; each holds the names of all its tensors. */
const MAX_KEPT = 20;

/** What the tree knows of files: from their sessions, else read when an item is expanded. */
export class Inspections {
  readonly #engine: Pick<Engine, 'inspect'>;
  readonly #sessions: Sessions;
  readonly #kept = new Map<string, Promise<Inspection>>();

  constructor(engine: Pick<Engine, 'inspect'>, sessions: Sessions) {
    this.#engine = engine;
    this.#sessions = sessions;
  }

  /** @throws CheckpointError */
  async of(uri: vscode.Uri): Promise<Inspection> {
    return this.#sessions.get(uri)?.opened?.inspection ?? this.#read(uri);
  }

  /** Reads the file again when it is asked for next. */
  forget(uri: vscode.Uri): void {
    this.#kept.delete(uri.toString());
  }

  async #read(uri: vscode.Uri): Promise<Inspection> {
    if (uri.scheme !== 'file') throw unreachable(uri);
    const key = uri.toString();
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept;
    const request = { path: uri.fsPath, options: {}, partial: false };
    const reading = this.#engine.inspect(request, new AbortController().signal);
    this.#kept.set(key, reading);
    for (const oldest of [...this.#kept.keys()].slice(0, -MAX_KEPT)) this.#kept.delete(oldest);
    try {
      return await reading;
    } catch (error) {
      this.#kept.delete(key); // it may be whole the next time
      throw error;
    }
  }
}
