import type { KeyVariant } from '../../core/analysis/image/patch-attention.js';
import { significant } from '../../core/analysis/keypoints/significance.js';
import type { Basis } from '../../core/analysis/figures.js';
import { CheckpointError } from '../../core/errors.js';
import type { ImageLab, ImageCall } from '../../host/image-lab/image-lab.js';
import type {
  Change,
  ChangedRun,
  ImageCard,
  ImageTask,
  ImageToPanel,
  KeypointFigures,
  LayerInterrelation,
  LayerPreference,
  Mask,
} from '../../protocol/image.js';
import type { MaskSource } from '../../protocol/image-worker.js';
import type { Log } from '../log.js';
import { troubleOf } from './image-trouble.js';
import { LatestJob } from './latest-job.js';
import type { PanelPort } from './viewers.js';

/** False discovery rate at which heads count as following keypoints. */
const FALSE_DISCOVERIES = 0.05;

/** What the figures of a picture are made with. */
export interface ImageFiguresParts {
  readonly lab: ImageLab;
  readonly card: ImageCard;
  readonly layers: number;
  readonly log: Log;
  /** Posts to all panels that look at the model. */
  readonly tell: (message: ImageToPanel) => void;
  /** Called when the model stopped running. */
  readonly stopped: (error: CheckpointError) => void;
}

/** Work that goes on after its request, until another one of its kind takes its place. */
type Work = 'rollout' | 'preference' | 'change' | 'changed-preference' | 'keypoints';

/** Preference of the layers so far, and the keys that count in it. */
interface PreferenceSoFar {
  readonly keys: KeyVariant;
  readonly layers: Map<number, LayerPreference>;
}

/** What a panel waits for, the newest of each kind. */
interface Slot {
  readonly head: LatestJob;
  readonly attention: LatestJob;
  readonly changed: LatestJob;
}

/** The figures of one picture: asked for, told, and kept for panels that come later. */
export class ImageFigures {
  readonly #parts: ImageFiguresParts;
  readonly #slots = new WeakMap<PanelPort, Slot>();
  readonly #works = new Map<Work, AbortController>();
  readonly #life = new AbortController();
  readonly #changes = new LatestJob();
  /** Ends the run of a changed model. */
  #changing = new AbortController();
  /** Ends what panels ask for. */
  #asking = new AbortController();
  /** Ends what panels ask about the changed model. */
  #askingChanged = new AbortController();
  #askedChanges = 0;
  #mask: Mask | null = null;
  #maskSource: MaskSource | null = null;
  #preference: PreferenceSoFar | null = null;
  /** Of the changed model. */
  #changedPreference: PreferenceSoFar | null = null;
  #changed: ChangedRun | null = null;
  #keypoints: KeypointFigures | null = null;
  #interrelations: readonly LayerInterrelation[] = [];
  #significant: ImageToPanel | null = null;

  constructor(parts: ImageFiguresParts) {
    this.#parts = parts;
  }

  get card(): ImageCard {
    return this.#parts.card;
  }

  /** Where the mask comes from, if it can be taken again for the same picture prepared another way; a painted one cannot. */
  get maskSource(): MaskSource | null {
    return this.#maskSource?.kind === 'image' ? this.#maskSource : null;
  }

  /** What a panel that comes later is told; what it asked for itself it asks again. */
  replay(): ImageToPanel[] {
    const { id: image } = this.card;
    return [
      ...(this.#mask === null ? [] : [{ type: 'mask', image, mask: this.#mask } as const]),
      ...[...(this.#preference?.layers.values() ?? [])].map((figures) => ({ type: 'preference', figures }) as const),
      ...(this.#changed === null ? [] : [{ type: 'changed-run', image, run: this.#changed } as const]),
      ...(this.#changed === null ? [] : this.#changedPreferences(this.#changed.id)),
      ...(this.#keypoints === null ? [] : [{ type: 'keypoints', figures: this.#keypoints } as const]),
      ...this.#interrelations.map((figures) => ({ type: 'interrelation', figures }) as const),
      ...(this.#significant === null ? [] : [this.#significant]),
    ];
  }

  /** The maps of a head, to the panel that asks; what it asked before and is still waiting for is dropped. */
  wantHead(port: PanelPort, layer: number, head: number, basis: Basis): void {
    this.#slot(port).head.ask(async () => {
      await this.#attempt('head', async () => {
        const call = { signal: this.#asking.signal };
        const figures = await this.#parts.lab.run('head', { layer, head, basis }, call);
        port.post({ type: 'head-on-image', figures: { image: this.card.id, ...figures } });
      });
    });
  }

  /** What a token attends to, to the panel that asks, as `wantHead` does. */
  wantAttention(port: PanelPort, layer: number, token: number): void {
    this.#slot(port).attention.ask(async () => {
      await this.#attempt('attention', async () => {
        const call = { signal: this.#asking.signal };
        const figures = await this.#parts.lab.run('attention', { layer, token }, call);
        port.post({ type: 'attention-rows', figures: { image: this.card.id, ...figures } });
      });
    });
  }

  /** What a token attends to in the changed model, to the panel that asks. */
  wantChangedAttention(port: PanelPort, layer: number, token: number): void {
    this.#slot(port).changed.ask(async () => {
      const run = this.#changedRun;
      if (run === null) return;
      await this.#attempt('change', async () => {
        const call = { signal: this.#askingChanged.signal };
        const found = await this.#parts.lab.run('changed-attention', { layer, token }, call);
        port.post({ type: 'changed-attention', figures: { image: this.card.id, run, ...found } });
      });
    });
  }

  wantRollout(port: PanelPort): Promise<void> {
    return this.#work('rollout', async (signal) => {
      const progress = this.#progress('rollout');
      const shares = await this.#parts.lab.run('rollout', null, { signal, progress });
      port.post({ type: 'rollout', figures: { image: this.card.id, shares } });
    });
  }

  /** Takes a mask, or none; the preference that was asked for is made anew. Gives false where it could not be taken. */
  async setMask(source: MaskSource | null): Promise<boolean> {
    this.#stop('preference');
    this.#forgetChangedPreference();
    const wanted = this.#preference?.keys ?? null;
    return this.#attempt('mask', async () => {
      const mask = await this.#parts.lab.run('mask', { mask: source }, { signal: this.#life.signal });
      this.#mask = mask;
      this.#maskSource = source;
      this.#preference = null;
      this.#parts.tell({ type: 'mask', image: this.card.id, mask });
      if (wanted !== null && mask !== null) void this.wantPreference(wanted);
    });
  }

  /** The mask as a PNG of the size of the picture. */
  maskPicture(): Promise<Uint8Array> {
    return this.#parts.lab.run('mask-picture', null, { signal: this.#life.signal });
  }

  /** Attention preference of all layers, one after the other. */
  async wantPreference(keys: KeyVariant): Promise<void> {
    if (this.#mask === null || (this.#preference?.keys === keys && this.#works.has('preference'))) return;
    const kept =
      this.#preference?.keys === keys ? this.#preference : { keys, layers: new Map<number, LayerPreference>() };
    this.#preference = kept;
    await this.#work('preference', async (signal) => {
      for (const layer of this.#layers('preference')) {
        if (kept.layers.has(layer)) continue;
        const found = await this.#parts.lab.run('preference', { layer, keys }, { signal });
        const figures = { image: this.card.id, ...found };
        kept.layers.set(layer, figures);
        this.#parts.tell({ type: 'preference', figures });
      }
    });
  }

  /** Attention preference of all layers of the changed model, while there are a change and a mask. */
  async wantChangedPreference(keys: KeyVariant): Promise<void> {
    const run = this.#changedRun;
    const mask = this.#mask;
    const running = this.#changedPreference?.keys === keys && this.#works.has('changed-preference');
    if (run === null || mask === null || running) return;
    const kept =
      this.#changedPreference?.keys === keys
        ? this.#changedPreference
        : { keys, layers: new Map<number, LayerPreference>() };
    this.#changedPreference = kept;
    const { patches } = mask;
    await this.#work('changed-preference', async (signal) => {
      for (let layer = 0; layer < this.#parts.layers; layer++) {
        if (kept.layers.has(layer)) continue;
        const found = await this.#parts.lab.run('changed-preference', { layer, keys, patches }, { signal });
        const figures = { image: this.card.id, ...found };
        kept.layers.set(layer, figures);
        this.#parts.tell({ type: 'changed-preference', run, figures });
      }
    });
  }

  /** Runs the changed model, then tells what that does layer by layer; of changes that come while one runs only the newest is made. */
  change(change: Change): void {
    this.#stop('change');
    this.#leaveChanged();
    const asked = ++this.#askedChanges;
    this.#changes.ask(async () => {
      await this.#attempt('change', async () => {
        const call = { signal: this.#changing.signal, kill: true };
        const found = await this.#parts.lab.run('change', { change }, call);
        if (found === null || asked !== this.#askedChanges) return;
        const run = { image: this.card.id, id: asked, ...found };
        this.#tellRun(run);
        void this.#followChange(run);
      });
    });
  }

  /** The model as it is. */
  undoChange(): void {
    this.#stop('change');
    this.#leaveChanged();
    this.#askedChanges++;
    this.#changed = null;
    this.#parts.tell({ type: 'changed-run', image: this.card.id, run: null });
    this.#changes.ask(async () => {
      await this.#attempt('change', async () => {
        await this.#parts.lab.run('change', { change: null }, { signal: this.#life.signal });
      });
    });
  }

  /** Keypoints, then how the heads of each layer follow them, then which of them do so beyond chance. */
  wantKeypoints(by: KeypointFigures['concentrationBy']): Promise<void> {
    return this.#work('keypoints', async (signal) => {
      const { lab, tell } = this.#parts;
      const image = this.card.id;
      this.#interrelations = [];
      this.#significant = null;
      this.#keypoints = { image, ...(await lab.run('keypoints', { by }, { signal })) };
      tell({ type: 'keypoints', figures: this.#keypoints });
      if (this.#keypoints.keypoints.length === 0) return;
      const tests: { readonly layer: number; readonly head: number; readonly p: number | null }[] = [];
      for (const layer of this.#layers('keypoints')) {
        const { figures, p } = await lab.run('interrelation', { layer }, { signal });
        p.forEach((value, head) => tests.push({ layer, head, p: value }));
        const own = { image, ...figures };
        this.#interrelations = [...this.#interrelations, own];
        tell({ type: 'interrelation', figures: own });
      }
      const kept = significant(
        tests.map(({ p }) => p),
        FALSE_DISCOVERIES,
      );
      const heads = tests.filter((_, at) => kept[at] === true).map(({ layer, head }) => [layer, head] as const);
      this.#significant = { type: 'significant-heads', image, heads };
      tell(this.#significant);
    });
  }

  /** Writes arrays of a head to a file; false where that failed, which is told. */
  writeArrays(file: string, layer: number, head: number, basis: Basis): Promise<boolean> {
    return this.#attempt('export', async () => {
      await this.#parts.lab.run('export', { file, layer, head, basis }, { signal: this.#life.signal });
    });
  }

  /** Tells what went wrong with something that was done with these figures. */
  tellTrouble(task: ImageTask, error: unknown): void {
    if (!(error instanceof CheckpointError)) this.#parts.log.error(this.card.name, error);
    this.#parts.tell({ type: 'image-trouble', task, trouble: troubleOf(error) });
  }

  /** Ends what takes long; what was told stays. */
  cancel(): void {
    for (const work of [...this.#works.keys()]) this.#stop(work);
    this.#changing.abort();
    this.#changing = new AbortController();
  }

  /** Ends all that was asked for, since another picture is run. */
  pause(): void {
    this.cancel();
    this.#asking.abort();
    this.#asking = new AbortController();
    this.#leaveChanged();
  }

  /** Ends all work for good. */
  dispose(): void {
    this.pause();
    this.#life.abort();
  }

  /** What a change does to the attention of each layer, and for a prompt its band. */
  #followChange(first: ChangedRun): Promise<void> {
    return this.#work('change', async (signal) => {
      const { lab } = this.#parts;
      let run = first;
      for (const layer of this.#layers('change')) {
        const own = await lab.run('attention-change', { layer }, { signal });
        run = {
          ...run,
          attentionChange: run.attentionChange.map((value, index) => (index === layer ? own.attentionChange : value)),
          massOutside: run.massOutside?.map((value, index) => (index === layer ? own.massOutside : value)) ?? null,
        };
        this.#tellRun(run);
      }
      if (run.change.kind !== 'prompt') return;
      const band = await lab.run('prompt-band', null, { signal, progress: this.#progress('change') });
      this.#tellRun({ ...run, band });
    });
  }

  /** Layers in order, telling how far the work is. */
  *#layers(task: ImageTask): Generator<number> {
    const { layers } = this.#parts;
    for (let layer = 0; layer < layers; layer++) {
      this.#parts.tell({ type: 'image-progress', task, done: layer, total: layers });
      yield layer;
    }
    this.#parts.tell({ type: 'image-progress', task, done: layers, total: layers });
  }

  #progress(task: ImageTask): NonNullable<ImageCall['progress']> {
    return (progress) => {
      if ('done' in progress) this.#parts.tell({ type: 'image-progress', task, ...progress });
    };
  }

  #tellRun(run: ChangedRun): void {
    this.#changed = run;
    this.#parts.tell({ type: 'changed-run', image: this.card.id, run });
  }

  /** The changed run that figures can be asked of; null while there is none, or while another one is on its way. */
  get #changedRun(): number | null {
    return this.#changed?.id === this.#askedChanges ? this.#changed.id : null;
  }

  /** Another change takes the place of the run, or none. */
  #leaveChanged(): void {
    this.#askingChanged.abort();
    this.#askingChanged = new AbortController();
    this.#forgetChangedPreference();
  }

  #forgetChangedPreference(): void {
    this.#stop('changed-preference');
    this.#changedPreference = null;
  }

  #changedPreferences(run: number): ImageToPanel[] {
    const layers = [...(this.#changedPreference?.layers.values() ?? [])];
    return layers.map((figures) => ({ type: 'changed-preference', run, figures }));
  }

  #slot(port: PanelPort): Slot {
    const known = this.#slots.get(port);
    if (known !== undefined) return known;
    const slot = { head: new LatestJob(), attention: new LatestJob(), changed: new LatestJob() };
    this.#slots.set(port, slot);
    return slot;
  }

  #stop(work: Work): void {
    this.#works.get(work)?.abort();
    this.#works.delete(work);
  }

  async #work(work: Work, job: (signal: AbortSignal) => Promise<void>): Promise<void> {
    this.#stop(work);
    const own = new AbortController();
    this.#works.set(work, own);
    await this.#attempt(work === 'changed-preference' ? 'change' : work, () => job(own.signal));
    if (this.#works.get(work) === own) this.#works.delete(work);
  }

  /** Whether the job came to its end; what went wrong is told, but for what was given up. */
  async #attempt(task: ImageTask, job: () => Promise<void>): Promise<boolean> {
    try {
      await job();
      return true;
    } catch (error) {
      if (this.#life.signal.aborted || (error instanceof Error && error.name === 'AbortError')) return false;
      if (error instanceof CheckpointError && error.code === 'worker-stopped') this.#parts.stopped(error);
      else this.tellTrouble(task, error);
      return false;
    }
  }
}
