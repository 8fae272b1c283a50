import { l10n } from 'vscode';
import type { Basis } from '../../core/analysis/figures.js';
import { possibleBasis } from '../../core/analysis/model-figures.js';
import { CheckpointError } from '../../core/errors.js';
import type { Assumption } from '../../core/model/model.js';
import type { Analysis, Engine } from '../../host/engine/contract.js';
import { PANEL_PROTOCOL, type FileNote, type Focus, type ProblemPage } from '../../protocol/panel.js';
import type { Log } from '../log.js';
import type { ChoiceMemory, Choices } from './choices.js';
import { DistanceDesk } from './distance-desk.js';
import { ImageDesk, type StartLab } from './image-desk.js';
import {
  findModel,
  firstFocus,
  layersBeforeBreak,
  readCheckpoint,
  sameIdentity,
  sameShape,
  withChoices,
  type Opened,
} from './opened.js';
import { ambiguousPage, changedNote, emptyPage, problemPage } from './problem-page.js';
import { Run } from './run.js';
import { focusKey, hears, Viewers, type Page, type PanelPort, type Viewer } from './viewers.js';

/** Where a session stands. A problem keeps what was read, when the file itself is sound. */
export type SessionState =
  | { readonly kind: 'reading' }
  | { readonly kind: 'problem'; readonly page: ProblemPage; readonly opened: Opened | null }
  | { readonly kind: 'open'; readonly opened: Opened };

/** What a session needs. */
export interface SessionParts {
  readonly path: string;
  readonly fileName: string;
  readonly engine: Pick<Engine, 'inspect' | 'analyze' | 'overDistance'>;
  readonly memory: ChoiceMemory;
  readonly log: Log;
  readonly defaultBasis: () => Basis;
  readonly startLab: StartLab;
  /** Whether models may be run. */
  readonly isTrusted: () => boolean;
  /** Called after each change of what the session's getters give. */
  readonly changed: () => void;
}

/** One open checkpoint: what was read of it, its analyses, and the panels that show them. */
export class Session {
  readonly #parts: SessionParts;
  readonly #viewers = new Viewers();
  readonly #runs = new Map<string, Run>();
  #state: SessionState = { kind: 'reading' };
  #note: FileNote | null = null;
  #partial = false;
  #reading: AbortController | null = null;
  readonly #analysing = new AbortController();
  /** The picture that the model is shown. */
  readonly image: ImageDesk;
  /** Figures over distance of a rotary model. */
  readonly distances: DistanceDesk;

  constructor(parts: SessionParts) {
    this.#parts = parts;
    const { engine, startLab, isTrusted, log, changed } = parts;
    const viewers = this.#viewers;
    const opened = (): Opened | null => (this.#state.kind === 'open' ? this.#state.opened : null);
    this.distances = new DistanceDesk({ engine, viewers, opened, log });
    this.image = new ImageDesk({
      viewers,
      opened,
      startLab,
      isTrusted,
      log,
      remember: (image) => this.#remember({ image }),
      changed,
    });
  }

  get path(): string {
    return this.#parts.path;
  }

  get state(): SessionState {
    return this.#state;
  }

  get note(): FileNote | null {
    return this.#note;
  }

  /** All analyses begun so far. */
  get runs(): readonly Run[] {
    return [...this.#runs.values()];
  }

  /** What was read, also behind a problem that is not the file's. */
  get opened(): Opened | null {
    return this.#state.kind === 'reading' ? null : this.#state.opened;
  }

  /** The analysis that a panel shows. */
  runOf(port: PanelPort): Run | null {
    return this.#runs.get(focusKey(this.#focusOf(port))) ?? null;
  }

  /** Reads the file anew, forgetting all figures; `partial` takes what lies before a break. */
  async open(partial = false): Promise<void> {
    this.#partial = partial;
    this.#stopRuns();
    this.#setState({ kind: 'reading' });
    const signal = this.#beginReading();
    try {
      const opened = await this.#read(signal);
      if (!signal.aborted) this.#adopt(opened);
    } catch (error) {
      if (!signal.aborted) await this.#showProblem(error, signal);
    }
  }

  attach(port: PanelPort): void {
    this.#viewers.add(port);
    if (this.#state.kind === 'open') this.#lookAt(this.#state.opened);
  }

  detach(port: PanelPort): void {
    this.#viewers.delete(port);
    this.#pauseUnwatched();
  }

  /** The panel's page was given its content: it is sent what there is at once, not when it asks, which saves the way there and back. */
  filled(port: PanelPort): void {
    this.#turn(port, 'filled');
  }

  /** The panel's page has loaded; one that does so again has nothing yet. */
  ready(port: PanelPort): void {
    this.#turn(port, 'loaded');
    this.#recallPicture();
  }

  /** The panel's page is unloaded and gets no messages until it is ready again. */
  hidden(port: PanelPort): void {
    this.#turn(port, 'gone');
  }

  async setBasis(port: PanelPort, basis: Basis): Promise<void> {
    const focus = this.#focusOf(port);
    if (focus === null) return;
    const viewer = this.#setFocus(port, focus.model, basis);
    if (viewer !== null) this.#sendRun(viewer);
    await this.#remember({ basis });
  }

  async setModel(port: PanelPort, name: string): Promise<void> {
    const { opened } = this;
    if (opened === null || findModel(opened, name) === undefined) return;
    const asked = this.#state.kind === 'problem';
    const basis = this.#focusOf(port)?.basis ?? opened.choices.basis ?? this.#parts.defaultBasis();
    await this.#remember({ model: name });
    if (asked) this.#show(this.opened ?? opened);
    const viewer = asked ? null : this.#setFocus(port, name, basis);
    if (viewer !== null) this.#bringUpToDate(viewer);
  }

  /** Takes a head count or names of tensors from the person, and reads the file again with them. */
  async setRecognition(choices: Pick<Choices, 'heads' | 'named'>): Promise<void> {
    await this.#remember(choices);
    await this.open(this.#partial);
  }

  /** Shows an adapter over a base model that the person chose. @param path of the base. */
  async setBase(path: string): Promise<void> {
    await this.#remember({ base: path });
    await this.open(this.#partial);
  }

  /** Confirms an assumption for this file, so that it is not shown as open again. */
  async keep(code: Assumption['code']): Promise<void> {
    const kept = this.opened?.choices.kept ?? [];
    if (kept.includes(code)) return;
    await this.#remember({ kept: [...kept, code] });
    for (const viewer of this.#viewers.all) this.#sendCard(viewer);
  }

  /** The whole analysis of a model in a basis, for which no panel needs to look at it. */
  async analyse(focus: Focus): Promise<Analysis> {
    const { opened } = this;
    if (opened === null) throw new Error(`${this.#name} is not open.`);
    const run = this.#runs.get(focusKey(focus));
    if (run?.analysis != null) return run.analysis;
    const request = { inspection: opened.inspection, ...focus, have: run?.layers ?? [] };
    return this.#parts.engine.analyze(request, { onLayer: () => undefined }, this.#analysing.signal);
  }

  cancel(port: PanelPort): void {
    this.runOf(port)?.stop('cancelled');
  }

  /** Goes on after a cancellation or a crash with the layers at hand. */
  resume(port: PanelPort): void {
    this.runOf(port)?.start();
  }

  /** The file is another one on disk: shows it when nothing that the person did would be lost, else says so. */
  async fileChanged(): Promise<void> {
    this.#partial = false;
    if (this.#state.kind !== 'open') return this.open();
    const before = this.#state.opened.inspection;
    const signal = this.#beginReading();
    try {
      const opened = await this.#read(signal);
      if (signal.aborted) return;
      if (sameIdentity(before, opened.inspection)) this.#setNote(null);
      else if (sameShape(before, opened.inspection)) this.#adopt(opened);
      else this.#setNote(changedNote(l10n.t('{0} holds another model now.', this.#name)));
    } catch (error) {
      if (signal.aborted) return;
      this.#parts.log.info(`${this.#name} changed and cannot be read now: ${String(error)}`);
      this.#setNote(changedNote(l10n.t('{0} changed and cannot be read now.', this.#name)));
    }
  }

  fileGone(): void {
    this.#setNote({
      kind: 'gone',
      text: l10n.t('{0} is no longer there. Shown are the figures of the file as it was.', this.#name),
    });
  }

  dispose(): void {
    this.#analysing.abort();
    this.image.dispose();
    this.distances.reset();
    this.#reading?.abort();
    this.#stopRuns();
    this.#viewers.clear();
  }

  get #name(): string {
    return this.#parts.fileName;
  }

  #beginReading(): AbortSignal {
    this.#reading?.abort();
    this.#reading = new AbortController();
    return this.#reading.signal;
  }

  async #read(signal: AbortSignal): Promise<Opened> {
    const { path, fileName, engine, memory } = this.#parts;
    return readCheckpoint({ path, fileName, engine, memory, partial: this.#partial }, signal);
  }

  #adopt(opened: Opened): void {
    this.#stopRuns();
    if (this.#note !== null) this.#setNote(null);
    const { source, recognition, tensors } = opened.inspection;
    this.#parts.log.info(
      `${this.#name}: ${source.format}, ${tensors.length} tensors, ${recognition.models.length} models, ${source.bytesRead} bytes read`,
    );
    this.#show(opened);
    void this.image.reset();
    this.distances.reset();
    this.#recallPicture();
  }

  /** Runs the picture that was looked at last, as soon as there is a page to show it. */
  #recallPicture(): void {
    const path = this.opened?.choices.image ?? null;
    const shown = this.#viewers.all.some(({ page, focus }) => page === 'loaded' && focus !== null);
    if (path !== null && shown) void this.image.recall(path);
  }

  /** Shows a checkpoint that was read: its figures, or the page that says why there are none to show yet. */
  #show(opened: Opened): void {
    const { models } = opened.inspection.recognition;
    const focus = this.#lookAt(opened);
    if (focus !== null) this.#setState({ kind: 'open', opened });
    else if (models.length === 0) this.#setProblem(emptyPage(opened.inspection), opened);
    else this.#setProblem(ambiguousPage(opened.inspection), opened);
    for (const viewer of this.#viewers.all) this.#bringUpToDate(viewer);
    if (focus === null) return;
    // Panels whose page has yet to load, and the first one that is yet to come, find the work begun.
    const looked = this.#viewers.all.map((viewer) => viewer.focus ?? focus);
    for (const each of looked.length === 0 ? [focus] : looked) this.#run(each, opened).wake();
  }

  /** Gives panels without a model of this file one to look at; null when none is the obvious one. */
  #lookAt(opened: Opened): Focus | null {
    const focus = firstFocus(opened, this.#parts.defaultBasis());
    if (focus !== null) this.#viewers.settle(opened, focus);
    return focus;
  }

  async #showProblem(error: unknown, signal: AbortSignal): Promise<void> {
    this.#stopRuns();
    if (!(error instanceof CheckpointError) || error.code === 'worker-stopped')
      this.#parts.log.error(this.#name, error);
    else this.#parts.log.info(error.message);
    const wholeLayers = await layersBeforeBreak(error, this.#parts, signal);
    if (signal.aborted) return;
    this.#setProblem(problemPage(error, this.#name, wholeLayers), null);
    for (const viewer of this.#viewers.all) this.#bringUpToDate(viewer);
  }

  #setProblem(page: ProblemPage, opened: Opened | null): void {
    this.#setState({ kind: 'problem', page, opened });
    void this.image.reset();
  }

  #setState(state: SessionState): void {
    this.#state = state;
    this.#parts.changed();
  }

  #setNote(note: FileNote | null): void {
    this.#note = note;
    this.#viewers.post({ type: 'note', note });
    this.#parts.changed();
  }

  async #remember(choices: Choices): Promise<void> {
    const { opened } = this;
    if (opened === null) return;
    const all = { ...opened.choices, ...choices };
    const next = withChoices(opened, all);
    if (this.#state.kind === 'open') this.#state = { kind: 'open', opened: next };
    if (this.#state.kind === 'problem') this.#state = { ...this.#state, opened: next };
    await this.#parts.memory.set(this.path, opened.headerHash, all);
  }

  #setFocus(port: PanelPort, name: string, basis: Basis): Viewer | null {
    const viewer = this.#viewers.get(port);
    const model = this.opened === null ? undefined : findModel(this.opened, name);
    if (viewer === undefined || model === undefined) return null;
    const changes = viewer.focus?.model !== name;
    viewer.focus = { model: name, basis: possibleBasis(model, basis) };
    if (changes) void this.image.look();
    this.#pauseUnwatched();
    this.#parts.changed();
    return viewer;
  }

  #focusOf(port: PanelPort): Focus | null {
    return this.#state.kind === 'open' ? (this.#viewers.get(port)?.focus ?? null) : null;
  }

  #run(focus: Focus, opened: Opened): Run {
    const known = this.#runs.get(focusKey(focus));
    if (known !== undefined) return known;
    const run = new Run({
      engine: this.#parts.engine,
      inspection: opened.inspection,
      focus,
      pagesLoaded: () => this.#viewers.pagesLoaded(),
      depth: findModel(opened, focus.model)?.layers.length ?? 0,
      emit: (message) => this.#viewers.postTo(focus, message),
      changed: this.#parts.changed,
      crashed: (error) => this.#parts.log.error(this.#name, error),
      failed: (error) => void this.#showProblem(error, this.#beginReading()),
    });
    this.#runs.set(focusKey(focus), run);
    return run;
  }

  #turn(port: PanelPort, page: Page): void {
    const viewer = this.#viewers.get(port);
    if (viewer === undefined) return;
    const known = viewer.page === 'filled' && page === 'loaded';
    this.#viewers.turn(viewer, page);
    if (!known) this.#bringUpToDate(viewer);
  }

  #bringUpToDate(viewer: Viewer): void {
    if (!hears(viewer)) return;
    if (this.#state.kind === 'problem') viewer.port.post({ type: 'problem', problem: this.#state.page });
    this.#sendCard(viewer);
    this.#sendRun(viewer);
    if (this.#state.kind === 'open') this.image.ready(viewer);
    if (this.#note !== null) viewer.port.post({ type: 'note', note: this.#note });
  }

  #sendCard(viewer: Viewer): void {
    const { focus } = viewer;
    if (!hears(viewer) || focus === null || this.#state.kind !== 'open') return;
    viewer.port.post({ type: 'file', protocol: PANEL_PROTOCOL, file: this.#state.opened.card, focus });
  }

  #sendRun(viewer: Viewer): void {
    const { focus } = viewer;
    if (!hears(viewer) || focus === null || this.#state.kind !== 'open') return;
    const run = this.#run(focus, this.#state.opened);
    if (run.status === 'paused') run.start();
    else for (const message of run.replay()) viewer.port.post(message);
  }

  /** Work that no panel looks at waits; its layers stay. */
  #pauseUnwatched(): void {
    const watched = new Set(this.#viewers.all.map(({ focus }) => focusKey(focus)));
    for (const run of this.#runs.values()) if (!watched.has(focusKey(run.focus))) run.stop('paused');
  }

  #stopRuns(): void {
    for (const run of this.#runs.values()) run.stop('paused');
    this.#runs.clear();
  }
}
