import * as vscode from 'vscode';
import { lookupOf } from '../../core/source/match/lookup.js';
import type { SourceLink, TextFacts } from '../../core/source/contract.js';
import type { Config } from '../config.js';
import { onDidOpenCopies } from '../copies/opened.js';
import type { Sessions } from '../editor/sessions.js';
import type { Log } from '../log.js';
import type { CheckpointList } from '../tree/checkpoint-list.js';
import type { FoundCheckpoint } from '../tree/find-checkpoints.js';
import { CheckpointChooser, type CheckpointParts } from './choose-checkpoints.js';
import type { Figures } from './figures.js';
import type { KnownFile, KnownMatch } from './known.js';
import { matchAll } from './match-all.js';
import { OpenTexts, type OpenText } from './open-texts.js';
import { resolveTarget } from './resolve-target.js';
import { SourceWorker } from './worker/worker-client.js';

/** Typing pauses longer than this before anything is matched anew. */
const SETTLE_MS = 250;

/** More paths than a text has that people write; each costs looks at the disk. */
const MAX_LINKS = 100;

/** A call or a key that names a checkpoint, with what it means here. */
export interface ResolvedLink {
  readonly link: SourceLink;
  readonly uri: vscode.Uri | null;
  readonly missing: boolean;
}

/** What is known of one text. */
interface Known {
  readonly facts: TextFacts;
  readonly links: readonly ResolvedLink[];
}

/** What the index is made with. */
export interface IndexParts extends CheckpointParts {
  readonly workerFile: string;
  readonly list: CheckpointList;
  readonly sessions: Pick<Sessions, 'get' | 'onDidChange'>;
  readonly figures: Figures;
  readonly config: Config;
  readonly log: Log;
}

/**
 * What the open texts say about checkpoints, and which checkpoints they belong to. Nothing is read before a text is open that speaks of
 * models; reading and matching are done by a thread of their own.
 */
export class SourceIndex implements vscode.Disposable {
  readonly #parts: IndexParts;
  readonly #chooser: CheckpointChooser;
  readonly #worker: SourceWorker;
  readonly #texts: OpenTexts;
  readonly #known = new Map<string, Known>();
  readonly #stale = new Set<string>();
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #subscriptions: vscode.Disposable;
  #named: ReadonlyMap<string, KnownFile> = new Map();
  #matches: readonly KnownMatch[] = [];
  #timer: NodeJS.Timeout | undefined;
  #due = false;
  #work: Promise<void> = Promise.resolve();
  #disposed = false;

  /** Fires when something else is known. */
  readonly onDidChange = this.#changed.event;

  constructor(parts: IndexParts) {
    this.#parts = parts;
    this.#chooser = new CheckpointChooser(parts);
    this.#worker = new SourceWorker({
      workerFile: parts.workerFile,
      log: parts.log,
      texts: () => this.#texts.changes(),
    });
    this.#texts = new OpenTexts((change) => this.#worker.tell(change));
    this.#subscriptions = vscode.Disposable.from(
      this.#changed,
      this.#texts,
      this.#texts.onDidChange((document) => {
        this.#stale.add(document.uri.toString());
        this.#soon();
      }),
      parts.list.onDidChange(() => this.#soon()),
      onDidOpenCopies(parts.sessions, () => this.#soon()),
      parts.config.onDidChange((changed) => {
        if (changed.has('links')) this.#soon();
      }),
      { dispose: () => clearTimeout(this.#timer) },
      { dispose: () => void this.#worker.dispose() },
    );
    for (const { document } of this.#texts.all) this.#stale.add(document.uri.toString());
    this.#soon();
  }

  /** True once the thread that reads code was started. */
  get running(): boolean {
    return this.#worker.running;
  }

  /** Checkpoints that belong to the sources. */
  get matches(): readonly KnownMatch[] {
    return this.#matches;
  }

  /** The documents that are read. */
  get texts(): OpenTexts {
    return this.#texts;
  }

  facts(document: vscode.TextDocument): TextFacts | null {
    return this.#known.get(document.uri.toString())?.facts ?? null;
  }

  links(document: vscode.TextDocument): readonly ResolvedLink[] {
    return this.#known.get(document.uri.toString())?.links ?? [];
  }

  /** A checkpoint that a text names, if it could be read. */
  named(uri: vscode.Uri): KnownFile | null {
    return this.#named.get(uri.toString()) ?? null;
  }

  /** Matches with definitions in a document, the one first that a person most likely means. */
  matchesOf(document: vscode.TextDocument): readonly KnownMatch[] {
    const key = this.#texts.get(document)?.key;
    if (key === undefined) return [];
    return this.#matches.filter(({ match }) => {
      const lookup = lookupOf(match);
      return lookup.definitionsIn(key).length > 0 || lookup.classesIn(key).length > 0;
    });
  }

  /** Waits until everything is known about the texts as they are; true when there is anything to know of this one. */
  async settled(document: vscode.TextDocument): Promise<boolean> {
    if (this.#texts.get(document) === undefined) return false;
    if (this.#due) this.#begin();
    await this.#work;
    return true;
  }

  /** Matches anew: a link was made or taken back. */
  refresh(): void {
    this.#soon();
  }

  dispose(): void {
    this.#disposed = true;
    this.#subscriptions.dispose();
  }

  #soon(): void {
    if (this.#texts.all.length === 0 && this.#known.size === 0) return;
    this.#due = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#begin(), SETTLE_MS);
  }

  #begin(): void {
    clearTimeout(this.#timer);
    this.#due = false;
    this.#work = this.#work.then(async () => {
      try {
        await this.#update();
      } catch (error) {
        if (!this.#disposed) this.#parts.log.error('matching code with checkpoints', error);
      }
    });
  }

  async #update(): Promise<void> {
    if (this.#disposed) return;
    const nothingOpen = this.#texts.all.length === 0;
    if (nothingOpen) await this.#worker.rest();
    const listed = nothingOpen ? [] : await this.#parts.list.get();
    await this.#readTexts(listed);
    const named = [...this.#known.values()].flatMap(({ links }) => links.flatMap(({ uri }) => uri ?? []));
    const files = await this.#chooser.named({ listed, named });
    const texts = this.#texts.all.filter(({ language }) => language === 'python');
    const wanted = texts.length === 0 ? [] : await this.#chooser.choose(texts, { listed, named });
    const matches = wanted.length === 0 ? [] : await matchAll(this.#worker, this.#texts, wanted);
    if (this.#isDisposed()) return;
    this.#matches = matches;
    this.#named = new Map(files.map((file) => [file.uri.toString(), file]));
    this.#changed.fire();
    const inspections = new Set([...files, ...matches].map(({ inspection }) => inspection));
    for (const inspection of inspections) void this.#parts.figures.look(inspection);
  }

  #isDisposed(): boolean {
    return this.#disposed;
  }

  /** Facts of the texts that changed, and what the paths in all of them mean now. */
  async #readTexts(listed: readonly FoundCheckpoint[]): Promise<void> {
    const open = new Map(this.#texts.all.map((text) => [text.document.uri.toString(), text]));
    for (const gone of [...this.#known.keys()].filter((key) => !open.has(key))) this.#known.delete(gone);
    for (const [key, text] of open) {
      const stale = this.#stale.delete(key) || !this.#known.has(key);
      const facts = stale ? await this.#worker.facts(text.key) : this.#known.get(key)?.facts;
      if (facts !== undefined) this.#known.set(key, { facts, links: await resolveLinks(facts, text, listed) });
    }
  }
}

function resolveLinks(
  { links }: TextFacts,
  { document }: OpenText,
  listed: readonly FoundCheckpoint[],
): Promise<readonly ResolvedLink[]> {
  const first = links.slice(0, MAX_LINKS);
  return Promise.all(first.map(async (link) => ({ link, ...(await resolveTarget(link, document.uri, listed)) })));
}
