import { CheckpointError } from '../../core/errors.js';
import type { PreprocessingChanges } from '../../core/image/preprocess/preprocessing.js';
import type { ImageCall, ImageLab } from '../../host/image-lab/image-lab.js';
import type {
  ImageCard,
  ImageFromPanel,
  ImageSource,
  ImageState,
  ImageTab,
  ImageToPanel,
  Trouble,
} from '../../protocol/image.js';
import type { ImageProgress, ImageTasks, LabSubject, OpenStep } from '../../protocol/image-worker.js';
import type { Log } from '../log.js';
import { askFigures } from './ask-figures.js';
import { ImageFigures } from './image-figures.js';
import { cannotRunTrouble, isFinal, mayPass, troubleOf, UNTRUSTED } from './image-trouble.js';
import { findModel, type Opened } from './opened.js';
import { hears, type PanelPort, type Viewer, type Viewers } from './viewers.js';

/** Starts what runs the pictures of a model. */
export type StartLab = (subject: Pick<LabSubject, 'checkpoint' | 'tensors' | 'model'>) => ImageLab;

/** What the image row of a checkpoint needs. */
export interface ImageDeskParts {
  readonly viewers: Viewers;
  /** The checkpoint while it is shown. */
  readonly opened: () => Opened | null;
  readonly startLab: StartLab;
  readonly isTrusted: () => boolean;
  readonly log: Log;
  /** Keeps the path of the picture for the next time; null forgets it. */
  readonly remember: (path: string | null) => Promise<void>;
  /** Called after each change of `state`. */
  readonly changed: () => void;
}

/** What a model is run over a folder for. */
export type FolderTaskName = 'preference-folder' | 'keypoints-folder' | 'guided-masks';

/** A picture, and how it is prepared; null is as the files say. */
interface Wanted {
  readonly source: ImageSource;
  readonly changes: PreprocessingChanges | null;
}

/** The picture of one checkpoint: one for all of its panels that look at the same model. */
export class ImageDesk {
  readonly #parts: ImageDeskParts;
  #lab: { readonly model: string; readonly lab: ImageLab } | null = null;
  #state: ImageState = { kind: 'none' };
  /** The picture on show or on its way, for another try and for another model. */
  #wanted: Wanted | null = null;
  #opening: AbortController | null = null;
  #shown: { readonly wanted: Wanted; readonly figures: ImageFigures } | null = null;
  #nextId = 1;
  /** Tabs that panels have open. */
  readonly #tabs = new WeakMap<PanelPort, ImageTab>();

  constructor(parts: ImageDeskParts) {
    this.#parts = parts;
  }

  get state(): ImageState {
    if (this.#state.kind === 'none' && !this.#parts.isTrusted()) {
      return { kind: 'cannot-run', trouble: UNTRUSTED, untrusted: true };
    }
    return this.#state;
  }

  /** The figures of the picture on show; null while there is none. */
  get figures(): ImageFigures | null {
    return this.#state.kind === 'ready' ? (this.#shown?.figures ?? null) : null;
  }

  /** The picture that is shown or tried; null while there is none. */
  get source(): ImageSource | null {
    return this.#wanted?.source ?? null;
  }

  /** Number of the process that runs the model; null while there is none. */
  async processId(): Promise<number | null> {
    return (await this.#lab?.lab.run('process', null, { signal: new AbortController().signal })) ?? null;
  }

  /** Begins to load the model of a panel, since a picture is being chosen. */
  warm(port: PanelPort): void {
    const model = this.#modelOf(port);
    if (model === null || !this.#parts.isTrusted()) return;
    void this.#labFor(model)
      ?.run('warm', null, { signal: new AbortController().signal })
      .catch((error: unknown) => {
        // What may be gone by then is told when there is a picture.
        const isNews = this.#state.kind === 'none' && this.#lab?.model === model;
        if (isNews && isFinal(error)) this.#setCannotRun(error);
      });
  }

  /** Runs the model of a panel on a picture. */
  async open(port: PanelPort, source: ImageSource): Promise<void> {
    const model = this.#modelOf(port);
    if (model === null) return;
    const changes = this.#lab?.model === model ? (this.#wanted?.changes ?? null) : null;
    await this.#open(model, { source, changes });
    if (this.#state.kind === 'ready') await this.#parts.remember(source.kind === 'file' ? source.path : null);
  }

  /** Changes how the picture is prepared; null is as the files say. */
  async preprocess(changes: PreprocessingChanges | null): Promise<void> {
    if (this.#lab === null || this.#wanted === null) return;
    await this.#open(this.#lab.model, { source: this.#wanted.source, changes });
  }

  async retry(): Promise<void> {
    const model = this.#lab?.model ?? this.#parts.viewers.all[0]?.focus?.model;
    if (model !== undefined && this.#wanted !== null) await this.#open(model, this.#wanted);
  }

  /** Stops what runs: the picture that is on its way, or what is computed of the one on show. */
  cancel(): void {
    if (this.#opening === null) {
      this.#shown?.figures.cancel();
      return;
    }
    this.#opening.abort();
    this.#opening = null;
    this.#back();
  }

  async close(): Promise<void> {
    this.#opening?.abort();
    this.#opening = null;
    this.#forget();
    this.#wanted = null;
    this.#set({ kind: 'none' });
    await this.#parts.remember(null);
  }

  /** Says why a picture cannot be had at all. */
  refuse(name: string, trouble: Trouble): void {
    this.#opening?.abort();
    this.#opening = null;
    this.#forget();
    this.#wanted = null;
    this.#setFailed(name, trouble, false);
  }

  /** The page of a panel has loaded: tells it where the image row stands. */
  ready(viewer: Viewer): void {
    // Nothing is what a page begins with.
    if (this.state.kind !== 'none') this.#bringUpToDate(viewer);
  }

  /** Panels look at other models perhaps: runs the picture for one that is looked at. */
  async look(): Promise<void> {
    if (this.#wanted === null && this.#state.kind === 'none' && this.#parts.isTrusted()) return;
    const models = this.#parts.viewers.all.map(({ focus }) => focus?.model).filter((model) => model !== undefined);
    const [first] = models;
    const waits = this.#lab === null || this.#state.kind === 'none' || this.state.kind === 'cannot-run';
    const stays = this.#lab !== null && models.includes(this.#lab.model) && !waits;
    if (first !== undefined && !stays && this.#wanted !== null) {
      const changes = this.#lab?.model === first ? this.#wanted.changes : null;
      await this.#open(first, { source: this.#wanted.source, changes });
    } else this.#tellState();
  }

  /** The workspace is trusted now. */
  async trusted(): Promise<void> {
    if (this.#wanted === null) this.#tellState();
    else await this.look();
  }

  /** Takes up the picture of an earlier time, as soon as there is a panel; one that is gone is forgotten. */
  async recall(path: string): Promise<void> {
    if (this.#wanted !== null) return;
    this.#wanted = { source: { kind: 'file', path }, changes: null };
    await this.look();
    if (this.#state.kind === 'failed') await this.close();
  }

  /** The checkpoint is another one: what was computed is void, and the picture is run again. */
  async reset(): Promise<void> {
    this.#end();
    if (this.#state.kind !== 'none') this.#set({ kind: 'none' });
    if (this.#wanted !== null && this.#parts.opened() !== null) await this.look();
  }

  /**
   * Runs a panel's model over a folder of pictures; null where it cannot be run here.
   * @throws CheckpointError; `AbortError` when the signal fires.
   */
  async overFolder<Name extends FolderTaskName>(
    port: PanelPort,
    name: Name,
    params: ImageTasks[Name]['params'],
    call: ImageCall,
  ): Promise<ImageTasks[Name]['result'] | null> {
    const model = this.#modelOf(port);
    if (model === null || !this.#parts.isTrusted()) return null;
    return (await this.#labFor(model)?.run(name, params, call)) ?? null;
  }

  /** Does what a panel asks about the figures of the picture on show; what is about another picture is out of date. */
  ask(port: PanelPort, message: ImageFromPanel): void {
    if (message.type === 'tab') {
      this.#tabs.set(port, message.tab);
      this.#shown?.figures.setPrompting(this.#isKeypointsOpen);
      return;
    }
    const { figures } = this;
    const basis = this.#parts.viewers.get(port)?.focus?.basis;
    if (figures === null || basis === undefined) return;
    if (!('image' in message) || message.image === figures.card.id) askFigures(figures, port, basis, message);
  }

  dispose(): void {
    this.#end();
  }

  async #open(model: string, wanted: Wanted): Promise<void> {
    this.#opening?.abort();
    this.#opening = null;
    this.#wanted = wanted;
    if (!this.#parts.isTrusted()) {
      this.#set({ kind: 'cannot-run', trouble: UNTRUSTED, untrusted: true });
      return;
    }
    const lab = this.#labFor(model);
    if (lab === null) return;
    const { source, changes } = wanted;
    // The thread still has the picture on show.
    const isSame = this.#shown?.wanted.source === source;
    const work = new AbortController();
    this.#opening = work;
    this.#shown?.figures.pause();
    const name = source.kind === 'file' ? baseName(source.path) : source.name;
    let step: OpenStep = 'image';
    this.#set({ kind: 'working', name, step });
    const progress = (told: ImageProgress): void => {
      if (!('step' in told) || this.#opening !== work) return;
      step = told.step;
      this.#set({ kind: 'working', name, step });
    };
    try {
      const params = { source: isSame ? null : source, changes };
      const card = await lab.run('open', params, { signal: work.signal, kill: true, progress });
      if (this.#opening === work) this.#show(lab, { ...card, id: this.#nextId++, model }, wanted);
    } catch (error) {
      if (this.#opening === work) this.#fail(error, name, step, isSame);
    }
  }

  #show(lab: ImageLab, card: ImageCard, wanted: Wanted): void {
    this.#opening = null;
    const mask = this.#shown?.wanted.source === wanted.source ? this.#shown.figures.maskSource : null;
    this.#shown?.figures.dispose();
    const { log, opened } = this.#parts;
    const found = opened();
    const layers = found === null ? [] : (findModel(found, card.model)?.layers ?? []);
    const figures = new ImageFigures({
      lab,
      card,
      layers: layers.length,
      heads: layers.map(({ heads }) => heads),
      log,
      tell: (message) => this.#tell(message),
      isShown: (port) => hears(this.#parts.viewers.get(port)),
      stopped: (error) => this.#stopped(error, card.name),
    });
    this.#shown = { wanted, figures };
    this.#set({ kind: 'ready', card });
    if (mask !== null) void figures.setMask(mask);
    figures.setPrompting(this.#isKeypointsOpen);
    // What the page will ask for when it has drawn the picture.
    if (this.#isKeypointsOpen && card.windowed === undefined) void figures.wantKeypoints('scale');
  }

  get #isKeypointsOpen(): boolean {
    return this.#parts.viewers.all.some((viewer) => hears(viewer) && this.#tabs.get(viewer.port) === 'keypoints');
  }

  /** @param isSame the picture on show was prepared another way: it stays as it was. */
  #fail(error: unknown, name: string, step: OpenStep, isSame: boolean): void {
    this.#opening = null;
    if (error instanceof CheckpointError) this.#parts.log.info(error.message);
    else this.#parts.log.error(name, error);
    if (isSame && error instanceof CheckpointError && error.code !== 'worker-stopped') {
      this.#back();
      this.#tell({ type: 'image-trouble', task: 'preprocess', trouble: troubleOf(error) });
      return;
    }
    this.#forget();
    if (step !== 'image' && isFinal(error)) {
      this.#setCannotRun(error);
      return;
    }
    this.#setFailed(name, troubleOf(error), mayPass(error));
  }

  #setCannotRun(error: CheckpointError): void {
    this.#set({ kind: 'cannot-run', trouble: cannotRunTrouble(error), untrusted: false });
  }

  /** The model stopped under a picture that was on show. */
  #stopped(error: CheckpointError, name: string): void {
    if (this.#state.kind !== 'ready') return;
    this.#parts.log.error(name, error);
    this.#forget();
    this.#setFailed(name, troubleOf(error), true);
  }

  #setFailed(name: string, trouble: Trouble, retry: boolean): void {
    this.#set({ kind: 'failed', name, trouble, retry });
  }

  /** Back to the picture on show before, if there is one. */
  #back(): void {
    this.#wanted = this.#shown?.wanted ?? null;
    const card = this.#shown?.figures.card;
    this.#set(card === undefined ? { kind: 'none' } : { kind: 'ready', card });
  }

  #forget(): void {
    this.#shown?.figures.dispose();
    this.#shown = null;
  }

  #labFor(model: string): ImageLab | null {
    if (this.#lab?.model === model && this.#lab.lab.alive) return this.#lab.lab;
    const opened = this.#parts.opened();
    const found = opened === null ? undefined : findModel(opened, model);
    if (opened === null || found === undefined) return null;
    this.#end();
    const { checkpoint, tensors } = opened.inspection;
    this.#lab = { model, lab: this.#parts.startLab({ checkpoint, tensors, model: found }) };
    return this.#lab.lab;
  }

  #end(): void {
    this.#opening?.abort();
    this.#opening = null;
    this.#forget();
    void this.#lab?.lab.dispose();
    this.#lab = null;
  }

  #modelOf(port: PanelPort): string | null {
    return this.#parts.viewers.get(port)?.focus?.model ?? null;
  }

  #set(state: ImageState): void {
    this.#state = state;
    this.#tellState();
    this.#parts.changed();
  }

  #tellState(): void {
    for (const viewer of this.#parts.viewers.all) this.#bringUpToDate(viewer);
  }

  #bringUpToDate(viewer: Viewer): void {
    if (!hears(viewer)) return;
    for (const message of this.#replayFor(viewer)) viewer.port.post(message);
  }

  /** A panel that looks at another model than the picture's has no picture. */
  #replayFor({ focus }: Viewer): ImageToPanel[] {
    const state = this.state;
    if (this.#lab !== null && focus !== null && focus.model !== this.#lab.model && state.kind !== 'none') {
      return [{ type: 'image', state: { kind: 'none' } }];
    }
    return [{ type: 'image', state }, ...(this.figures?.replay() ?? [])];
  }

  #tell(message: ImageToPanel): void {
    for (const viewer of this.#parts.viewers.all) {
      if (hears(viewer) && viewer.focus?.model === this.#lab?.model) viewer.port.post(message);
    }
  }
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}
