import { l10n, type Uri } from 'vscode';
import type { Warning } from '../../core/errors.js';
import { byteSize } from '../../core/text/bytes.js';
import type { Engine, Inspection, InspectRequest } from '../../host/engine/contract.js';
import type { CopyStore } from '../../host/files/copy-store.js';
import { baseName } from '../uris.js';
import { copyPlanned, type Copy } from './copy.js';
import { planCopy } from './plan.js';
import { withCopyProgress } from './progress.js';

type SessionEngine = Pick<Engine, 'inspect' | 'analyze' | 'overDistance'>;

/**
 * The engine of a checkpoint that lies on no disk: it is copied to one before it is read, and again when it is another one. Its path is
 * its address.
 */
export class CopiedEngine implements SessionEngine {
  readonly #uri: Uri;
  readonly #engine: SessionEngine;
  readonly #store: CopyStore;
  /** The newest copy, readable or not. */
  #last: Copy | null = null;
  /** The newest that could be read, and the one before: figures of it may still be on show. */
  #read: readonly Copy[] = [];
  #disposed = false;

  constructor(uri: Uri, engine: SessionEngine, store: CopyStore) {
    this.#uri = uri;
    this.#engine = engine;
    this.#store = store;
    this.analyze = engine.analyze.bind(engine);
    this.overDistance = engine.overDistance.bind(engine);
  }

  readonly analyze: SessionEngine['analyze'];
  readonly overDistance: SessionEngine['overDistance'];

  async inspect(request: InspectRequest, signal: AbortSignal): Promise<Inspection> {
    const copy = await this.#current(signal);
    const local = (path: string): string => (path === this.#uri.toString() ? copy.path : path);
    const { adapter } = request;
    const inspection = await this.#engine.inspect(
      {
        ...request,
        path: local(request.path),
        ...(adapter === undefined
          ? {}
          : { adapter: { ...adapter, path: adapter.path === null ? null : local(adapter.path) } }),
      },
      signal,
    );
    await this.#keep(copy);
    return {
      ...inspection,
      source: { ...inspection.source, path: request.path },
      warnings: [...inspection.warnings, copiedWarning(this.#uri, copy)],
    };
  }

  /** Deletes all copies. */
  dispose(): void {
    this.#disposed = true;
    for (const copy of this.#all()) void this.#store.remove(copy.folder);
    this.#last = null;
    this.#read = [];
  }

  /** A copy of the file as it is now. */
  async #current(signal: AbortSignal): Promise<Copy> {
    const plan = await planCopy(this.#uri, signal);
    const known = this.#all().find((copy) => copy.plan.key === plan.key);
    if (known !== undefined) return known;
    const copy = await withCopyProgress(baseName(this.#uri), plan.bytes, signal, (ending, told) =>
      copyPlanned(this.#store, plan, ending, told),
    );
    if (this.#disposed) {
      await this.#store.remove(copy.folder);
      signal.throwIfAborted();
    }
    const before = this.#last;
    this.#last = copy;
    if (before !== null && !this.#read.includes(before)) await this.#store.remove(before.folder);
    return copy;
  }

  async #keep(copy: Copy): Promise<void> {
    if (this.#disposed || this.#read[0] === copy) return;
    const [now, ...older] = [copy, ...this.#read.filter((other) => other !== copy)];
    this.#read = [now, ...older.slice(0, 1)];
    for (const { folder } of older.slice(1)) await this.#store.remove(folder);
  }

  #all(): Copy[] {
    return [...new Set([...(this.#last === null ? [] : [this.#last]), ...this.#read])];
  }
}

function copiedWarning({ scheme }: Uri, { plan: { bytes, files } }: Copy): Warning {
  const message =
    files.length === 1
      ? l10n.t(
          'Read through the file system "{0}" of the editor: {1} were copied to this disk until it is closed.',
          scheme,
          byteSize(bytes),
        )
      : l10n.t(
          'Read through the file system "{0}" of the editor: {1} in {2} files were copied to this disk until it is closed.',
          scheme,
          byteSize(bytes),
          files.length,
        );
  return { code: 'copied', message };
}
