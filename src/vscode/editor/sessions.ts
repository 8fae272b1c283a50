import * as vscode from 'vscode';
import type { Engine } from '../../host/engine/contract.js';
import type { Config } from '../config.js';
import type { Log } from '../log.js';
import type { ChoiceMemory } from '../session/choices.js';
import type { StartLab } from '../session/image-desk.js';
import { Session } from '../session/session.js';
import { unreachable } from '../unreachable.js';
import { baseName } from '../uris.js';
import { watchCheckpoint, type CheckpointWatch } from './watch-checkpoint.js';

/** What sessions are made with. */
export interface SessionsParts {
  readonly engine: Pick<Engine, 'inspect' | 'analyze' | 'overDistance'>;
  readonly memory: ChoiceMemory;
  readonly log: Log;
  readonly config: Config;
  readonly startLab: StartLab;
}

interface Held {
  readonly uri: vscode.Uri;
  readonly session: Session;
  readonly watch: CheckpointWatch;
  holders: number;
}

/** The open checkpoints: one session a file, however many editors show it. */
export class Sessions implements vscode.Disposable {
  readonly #parts: SessionsParts;
  readonly #held = new Map<string, Held>();
  readonly #changed = new vscode.EventEmitter<vscode.Uri>();

  /** Fires when anything about a file's session changed, its coming and going too. */
  readonly onDidChange = this.#changed.event;

  readonly #trust: vscode.Disposable;

  constructor(parts: SessionsParts) {
    this.#parts = parts;
    this.#trust = vscode.workspace.onDidGrantWorkspaceTrust(() => {
      for (const { session } of this.#held.values()) void session.image.trusted();
    });
  }

  /** Files with a session. */
  get uris(): readonly vscode.Uri[] {
    return [...this.#held.values()].map(({ uri }) => uri);
  }

  get(uri: vscode.Uri): Session | undefined {
    return this.#held.get(uri.toString())?.session;
  }

  /** The session of a file, begun if there is none; each call is to be matched by one of `release`. */
  acquire(uri: vscode.Uri): Session {
    const held = this.#held.get(uri.toString()) ?? this.#begin(uri);
    held.holders++;
    return held.session;
  }

  /** Looks whether the file is still the one that was read, where no event told otherwise. */
  look(uri: vscode.Uri): void {
    void this.#held.get(uri.toString())?.watch.look();
  }

  release(uri: vscode.Uri): void {
    const held = this.#held.get(uri.toString());
    if (held === undefined || --held.holders > 0) return;
    this.#held.delete(uri.toString());
    end(held);
    this.#changed.fire(uri);
  }

  dispose(): void {
    for (const held of this.#held.values()) end(held);
    this.#held.clear();
    this.#trust.dispose();
    this.#changed.dispose();
  }

  #begin(uri: vscode.Uri): Held {
    const { engine, memory, log, config, startLab } = this.#parts;
    const session = new Session({
      path: uri.fsPath,
      fileName: baseName(uri),
      engine: uri.scheme === 'file' ? engine : refusing(uri),
      memory,
      log,
      defaultBasis: () => config.get('basis'),
      startLab,
      isTrusted: () => vscode.workspace.isTrusted,
      changed: () => this.#changed.fire(uri),
    });
    const watch = watchCheckpoint({
      uri,
      parts: () => session.opened?.inspection.checkpoint.files.map(({ name }) => name) ?? [],
      changed: () => void session.fileChanged(),
      gone: () => session.fileGone(),
    });
    const held: Held = { uri, session, watch, holders: 0 };
    this.#held.set(uri.toString(), held);
    void session.open();
    return held;
  }
}

function end({ session, watch }: Held): void {
  watch.dispose();
  session.dispose();
}

/** Stands in for the engine where files cannot be read in parts. */
function refusing(uri: vscode.Uri): Pick<Engine, 'inspect' | 'analyze' | 'overDistance'> {
  const refuse = (): Promise<never> => Promise.reject(unreachable(uri));
  return { inspect: refuse, analyze: refuse, overDistance: refuse };
}
