import { significant } from '../../core/analysis/keypoints/significance.js';
import type { KeyVariant } from '../../core/analysis/image/patch-attention.js';
import type { Basis } from '../../core/analysis/figures.js';
import type {
  Change,
  ImageCard,
  ImageTask,
  ImageToPanel,
  KeypointFigures,
  LayerInterrelation,
  LayerPreference,
  Mask,
} from '../../protocol/image.js';
import type { ImageCall } from '../../host/image-lab/image-lab.js';
import type { MaskSource } from '../../protocol/image-worker.js';
import type { MaskWish } from '../../protocol/off-object.js';
import { Ahead } from './ahead.js';
import { ChangedRunFigures, type PreferenceSoFar } from './changed-run-figures.js';
import { FigureWorks, type ImageFiguresParts } from './figure-works.js';
import { LatestJob } from './latest-job.js';
import { OffObjectFigures } from './off-object-figures.js';
import type { PanelPort } from './viewers.js';

/** False discovery rate at which heads count as following keypoints. */
const FALSE_DISCOVERIES = 0.05;

/** What a panel waits for, the newest of each kind, and what it is sent before it asks. */
interface Slot {
  readonly head: LatestJob;
  readonly attention: LatestJob;
  readonly changed: LatestJob;
  readonly ahead: Ahead;
}

/** The figures of one picture: asked for, told, and kept for panels that come later. */
export class ImageFigures {
  readonly #parts: ImageFiguresParts;
  readonly #works: FigureWorks;
  readonly #changed: ChangedRunFigures;
  readonly offObject: OffObjectFigures;
  readonly #slots = new Map<PanelPort, Slot>();
  /** Ends what panels ask for. */
  #asking = new AbortController();
  #mask: Mask | null = null;
  #maskSource: MaskSource | null = null;
  #preference: PreferenceSoFar | null = null;
  #keypointsBy: KeypointFigures['concentrationBy'] = 'scale';
  #keypoints: KeypointFigures | null = null;
  #interrelations: readonly LayerInterrelation[] = [];
  #significant: ImageToPanel | null = null;
  #isPrompting = false;
  /** Settles when the work on keypoints is over. */
  #following: Promise<void> = Promise.resolve();

  constructor(parts: ImageFiguresParts) {
    this.#parts = parts;
    this.#works = new FigureWorks(parts);
    this.#changed = new ChangedRunFigures(parts, this.#works);
    this.offObject = new OffObjectFigures(parts, this.#works);
  }

  get card(): ImageCard {
    return this.#parts.card;
  }

  /** The mask on the picture; null without one. */
  get mask(): Mask | null {
    return this.#mask;
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
      ...this.#changed.replay(),
      ...(this.#keypoints === null ? [] : [{ type: 'keypoints', figures: this.#keypoints } as const]),
      ...this.#interrelations.map((figures) => ({ type: 'interrelation', figures }) as const),
      ...(this.#significant === null ? [] : [this.#significant]),
      ...this.offObject.replay(),
    ];
  }

  /** The maps of a head, to the panel that asks; what it asked before and is still waiting for is dropped. */
  wantHead(port: PanelPort, layer: number, head: number, basis: Basis): void {
    const { head: job, ahead } = this.#slot(port);
    ahead.stop();
    job.ask(() =>
      ahead.after(async () => {
        await this.#works.attempt('head', async () => {
          const call = { signal: this.#asking.signal };
          const figures = await this.#parts.lab.run('head', { layer, head, basis }, call);
          port.post({ type: 'head-on-image', figures: { image: this.card.id, ...figures } });
        });
      }),
    );
  }

  /** What a token attends to, to the panel that asks, as `wantHead` does. */
  wantAttention(port: PanelPort, layer: number, token: number): void {
    const { attention: job, ahead } = this.#slot(port);
    ahead.stop();
    job.ask(() =>
      ahead.after(async () => {
        await this.#works.attempt('attention', async () => {
          const call = { signal: this.#asking.signal };
          const figures = await this.#parts.lab.run('attention', { layer, token }, call);
          port.post({ type: 'attention-rows', figures: { image: this.card.id, ...figures } });
        });
      }),
    );
  }

  /** What a panel looks at: what is next to it is sent while nothing is asked for. */
  look(port: PanelPort, layer: number, head: number, token: number, basis: Basis): void {
    this.#slot(port).ahead.look({ layer, head, token, basis });
  }

  /** What a token attends to in the changed model, to the panel that asks. */
  wantChangedAttention(port: PanelPort, layer: number, token: number): void {
    this.#slot(port).changed.ask(() => this.#changed.attention(port, layer, token));
  }

  wantRollout(port: PanelPort): Promise<void> {
    return this.#works.run('rollout', async (signal) => {
      const progress = this.#works.progress('rollout');
      const shares = await this.#parts.lab.run('rollout', null, { signal, progress });
      port.post({ type: 'rollout', figures: { image: this.card.id, shares } });
    });
  }

  /** Takes a mask, or none; the preference that was asked for is made anew. Gives false where it could not be taken. */
  async setMask(source: MaskSource | null): Promise<boolean> {
    this.#works.stop('preference');
    this.#changed.forgetPreference();
    this.#changed.forgetCurve();
    const wanted = this.#preference?.keys ?? null;
    return this.#works.attempt('mask', async () => {
      const mask = await this.#parts.lab.run('mask', { mask: source }, { signal: this.#works.life });
      this.#mask = mask;
      this.#maskSource = source;
      this.#preference = null;
      this.#parts.tell({ type: 'mask', image: this.card.id, mask });
      this.offObject.maskChanged(mask !== null);
      if (wanted !== null && mask !== null) void this.wantPreference(wanted);
    });
  }

  /** The mask as a PNG of the size of the picture. */
  maskPicture(): Promise<Uint8Array> {
    return this.#parts.lab.run('mask-picture', null, { signal: this.#works.life });
  }

  /** Attention preference of all layers, one after the other. */
  async wantPreference(keys: KeyVariant): Promise<void> {
    if (this.#mask === null || (this.#preference?.keys === keys && this.#works.isRunning('preference'))) return;
    const kept =
      this.#preference?.keys === keys ? this.#preference : { keys, layers: new Map<number, LayerPreference>() };
    this.#preference = kept;
    await this.#works.run('preference', async (signal) => {
      for (const layer of this.#works.layers('preference')) {
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
    if (this.#mask !== null) await this.#changed.wantPreference(keys, this.#mask);
  }

  /** Runs the changed model; of changes that come while one runs only the newest is made. */
  change(change: Change): void {
    this.#changed.change(change);
  }

  /** The model as it is. */
  undoChange(): void {
    this.#changed.undo();
    this.#warmPrompt();
  }

  /** Whether a panel shows where attention is prompted: a model that can be is made ready, or given up again. */
  setPrompting(is: boolean): void {
    if (is === this.#isPrompting) return;
    this.#isPrompting = is;
    if (!is) this.#changed.letPromptGo();
    else this.#warmPrompt();
  }

  /** Keypoints, then how the heads of each layer follow them, then which of them do so beyond chance. What is on its way is not begun again. */
  async wantKeypoints(by: KeypointFigures['concentrationBy']): Promise<void> {
    if (this.#works.isRunning('keypoints') && by === this.#keypointsBy) return;
    const isOther = by !== this.#keypointsBy;
    if (isOther) this.#changed.forgetCurve();
    this.#keypointsBy = by;
    this.#following = this.#works.run('keypoints', async (signal) => {
      const { lab, tell } = this.#parts;
      const image = this.card.id;
      this.#interrelations = [];
      this.#significant = null;
      this.#keypoints = { image, ...(await lab.run('keypoints', { by }, { signal })) };
      tell({ type: 'keypoints', figures: this.#keypoints });
      if (isOther) this.offObject.again();
      if (this.#keypoints.keypoints.length === 0) return;
      const tests: { readonly layer: number; readonly head: number; readonly p: number | null }[] = [];
      const find = (layer: number) => lab.run('interrelation', { layer }, { signal });
      for await (const { figures, p } of this.#works.eachLayer('keypoints', find)) {
        p.forEach((value, head) => tests.push({ layer: figures.layer, head, p: value }));
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
    await this.#following;
    this.#warmPrompt();
  }

  /** Writes chances of the patches to be masked to a file, and a description beside it; false where that failed, which is told. */
  writeMask(file: string, wish: MaskWish): Promise<boolean> {
    return this.#write((call) => this.#parts.lab.run('guided-mask', { file, ...wish }, call));
  }

  /** Writes arrays of a head to a file; false where that failed, which is told. */
  writeArrays(file: string, layer: number, head: number, basis: Basis): Promise<boolean> {
    return this.#write((call) => this.#parts.lab.run('export', { file, layer, head, basis }, call));
  }

  #write(write: (call: ImageCall) => Promise<null>): Promise<boolean> {
    // What went wrong the last time stands no more.
    this.#parts.tell({ type: 'image-progress', task: 'export', done: 0, total: 1 });
    return this.#works.attempt('export', async () => {
      await write({ signal: this.#works.life });
    });
  }

  /** Tells what went wrong with something that was done with these figures. */
  tellTrouble(task: ImageTask, error: unknown): void {
    this.#works.tellTrouble(task, error);
  }

  /** Ends what takes long; what was told stays. */
  cancel(): void {
    this.#works.stopAll();
    this.#changed.cancel();
  }

  /** Ends all that was asked for, since another picture is run. */
  pause(): void {
    this.cancel();
    this.#asking.abort();
    this.#asking = new AbortController();
    this.#changed.leave();
    for (const { ahead } of this.#slots.values()) ahead.stop();
  }

  /** Ends all work for good. */
  dispose(): void {
    this.pause();
    this.#works.dispose();
  }

  /** Where there is something to prompt by, once that is known, and nothing else is under way. */
  #warmPrompt(): void {
    const count = this.#works.isRunning('keypoints') ? 0 : (this.#keypoints?.keypoints.length ?? 0);
    if (this.#isPrompting && count > 0) this.#changed.warmPrompt();
  }

  #slot(port: PanelPort): Slot {
    const known = this.#slots.get(port);
    if (known !== undefined) return known;
    const { lab, card, heads, isShown } = this.#parts;
    const quiet = (): Promise<void> => this.#following;
    const ahead = new Ahead(lab, card, heads, port, () => isShown(port), quiet);
    const slot = { head: new LatestJob(), attention: new LatestJob(), changed: new LatestJob(), ahead };
    this.#slots.set(port, slot);
    return slot;
  }
}
