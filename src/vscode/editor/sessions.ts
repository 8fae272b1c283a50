import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Engine } from '../../host/engine/contract.js';
import type { CopyStore } from '../../host/files/copy-store.js';
import type { Config } from '../config.js';
import { CopiedEngine } from '../copies/copied-engine.js';
import type { Log } from '../log.js';
import type { ChoiceMemory } from '../session/choices.js';
import type { StartLab } from '../session/image-desk.js';
import { Session } from '../session/session.js';
import { baseName, parentUri } from '../uris.js';
import { watchCheckpoint, type CheckpointWatch } from './watch-checkpoint.js';

/** What sessions are made with. */
export interface SessionsParts {
  readonly engine: Pick<Engine, 'inspect' | 'analyze' | 'overDistance'>;
  readonly memory: ChoiceMemory;
  readonly log: Log;
  readonly config: Config;
  readonly startLab: StartLab;
  /** Where checkpoints of other file systems are copied to. */
  readonly copies: CopyStore;
}

interface Held {
  readonly uri: vscode.Uri;
  readonly session: Session;
  readonly watch: CheckpointWatch;
  /** The engine of a checkpoint that lies on no disk. */
  readonly copied: CopiedEngine | null;
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
    const { engine, memory, log, config, startLab, copies } = this.#parts;
    const copied = uri.scheme === 'file' ? null : new CopiedEngine(uri, engine, copies);
    const session = new Session({
      path: copied === null ? uri.fsPath : uri.toString(),
      fileName: baseName(uri),
      engine: copied ?? engine,
      memory,
      log,
      defaultBasis: () => config.get('basis'),
      startLab,
      isTrusted: () => vscode.workspace.isTrusted,
      changed: () => {
        this.#held.get(uri.toString())?.watch.follow();
        this.#changed.fire(uri);
      },
    });
    const watch = watchCheckpoint({
      uri,
      parts: () => partsOf(uri, session),
      changed: () => void session.fileChanged(),
      gone: () => session.fileGone(),
    });
    const held: Held = { uri, session, watch, copied, holders: 0 };
    this.#held.set(uri.toString(), held);
    void session.open();
    return held;
  }
}

/** The files of an open checkpoint; those of a copy are watched where they were copied from. */
function partsOf(uri: vscode.Uri, { opened }: Session): vscode.Uri[] {
  if (opened === null) return [];
  const { folder: own, files } = opened.inspection.checkpoint;
  return files.map(({ folder = own, name }) =>
    uri.scheme === 'file' ? vscode.Uri.file(join(folder, name)) : vscode.Uri.joinPath(parentUri(uri), name),
  );
}

function end({ session, watch, copied }: Held): void {
  watch.dispose();
  session.dispose();
  copied?.dispose();
}
