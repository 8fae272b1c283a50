import * as vscode from 'vscode';
import type { Config } from '../config.js';
import type { Sessions } from '../editor/sessions.js';
import { findCheckpoints, measure, type FoundCheckpoint } from './find-checkpoints.js';

/** Time without further changes on the disk after which it is searched again: training writes files in bursts. */
const SETTLE_MS = 1_000;

/** The checkpoints of the workspace and those open from elsewhere; searches when first asked, then follows the disk. */
export class CheckpointList implements vscode.Disposable {
  readonly #config: Config;
  readonly #sessions: Sessions;
  readonly #changed = new vscode.EventEmitter<vscode.Uri | null>();
  #search: {
    readonly result: Promise<readonly FoundCheckpoint[]>;
    readonly cancel: vscode.CancellationTokenSource;
  } | null = null;
  #watchers: vscode.Disposable | null = null;
  #timer: NodeJS.Timeout | undefined;
  #capped = false;
  /** Addresses that the last search found. */
  #found: readonly string[] = [];

  /** Fires with a file whose content changed, or with null when the list itself may have. */
  readonly onDidChange = this.#changed.event;

  constructor(config: Config, sessions: Sessions) {
    this.#config = config;
    this.#sessions = sessions;
  }

  /** True when the last search found more than are listed. */
  get capped(): boolean {
    return this.#capped;
  }

  async get(): Promise<readonly FoundCheckpoint[]> {
    const found = await (this.#search ?? this.#begin()).result;
    const known = new Set(found.map(({ uri }) => uri.toString()));
    const elsewhere = this.#sessions.uris.filter((uri) => !known.has(uri.toString()));
    return [...(await Promise.all(elsewhere.map((uri) => measure(uri, [])))), ...found];
  }

  /** Searches again when next asked. */
  refresh(): void {
    this.#search?.cancel.cancel();
    this.#search = null;
    this.#watchers?.dispose();
    this.#watchers = null;
    this.#changed.fire(null);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    this.#search?.cancel.cancel();
    this.#watchers?.dispose();
    this.#changed.dispose();
  }

  #begin(): { readonly result: Promise<readonly FoundCheckpoint[]> } {
    const cancel = new vscode.CancellationTokenSource();
    const include = this.#config.get('include');
    this.#watchers ??= this.#watch(include);
    const result = findCheckpoints(include, cancel.token).then(({ checkpoints, capped }) => {
      this.#capped = capped;
      this.#found = checkpoints.map(({ uri }) => uri.toString());
      return checkpoints;
    });
    this.#search = { result, cancel };
    return this.#search;
  }

  #watch(include: readonly string[]): vscode.Disposable {
    const soon = (): void => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => {
        this.#search = null;
        this.#changed.fire(null);
      }, SETTLE_MS);
    };
    const watchers = include.map((glob) => vscode.workspace.createFileSystemWatcher(glob));
    const events = watchers.flatMap((watcher) => [
      watcher.onDidCreate(soon),
      watcher.onDidDelete(soon),
      watcher.onDidChange((uri) => {
        this.#changed.fire(uri);
        soon();
      }),
    ]);
    // of a folder that is deleted with all that is in it, only the folder is told
    const folders = vscode.workspace.createFileSystemWatcher('**', true, true, false);
    const gone = folders.onDidDelete((uri) => {
      if (this.#found.some((found) => found.startsWith(`${uri.toString()}/`))) soon();
    });
    return vscode.Disposable.from(...watchers, ...events, folders, gone);
  }
}
