import type { KeyVariant } from '../../core/analysis/image/patch-attention.js';
import type { Change, ChangedRun, ImageToPanel, LayerPreference, Mask } from '../../protocol/image.js';
import type { FigureWorks, ImageFiguresParts } from './figure-works.js';
import { LatestJob } from './latest-job.js';
import { curveOf, type PromptCurve } from './prompt-curve.js';
import type { PanelPort } from './viewers.js';

/** Preference of the layers so far, and the keys that count in it. */
export interface PreferenceSoFar {
  readonly keys: KeyVariant;
  readonly layers: Map<number, LayerPreference>;
}

/** What is done to the model of a picture, and what comes of it. */
export class ChangedRunFigures {
  readonly #parts: ImageFiguresParts;
  readonly #works: FigureWorks;
  readonly #changes = new LatestJob();
  /** Ends the run of a changed model. */
  #changing = new AbortController();
  /** Ends what panels ask about the changed model. */
  #asking = new AbortController();
  #askedChanges = 0;
  /** A change was asked for and not undone. */
  #isAsked = false;
  #changed: ChangedRun | null = null;
  #preference: PreferenceSoFar | null = null;
  #curve: PromptCurve | null = null;

  constructor(parts: ImageFiguresParts, works: FigureWorks) {
    this.#parts = parts;
    this.#works = works;
  }

  /** What a panel that comes later is told. */
  replay(): ImageToPanel[] {
    const image = this.#parts.card.id;
    if (this.#changed === null) return [];
    const { id } = this.#changed;
    const layers = [...(this.#preference?.layers.values() ?? [])];
    return [
      { type: 'changed-run', image, run: this.#changed },
      ...layers.map((figures) => ({ type: 'changed-preference', run: id, figures }) as const),
      ...(this.#curve === null ? [] : [{ type: 'prompt-curve', image, points: this.#curve.points } as const]),
    ];
  }

  /** Runs the changed model, then tells what that does layer by layer; of changes that come while one runs only the newest is made. */
  change(change: Change): void {
    this.#works.stop('change');
    if (change.kind !== 'prompt') this.#works.stop('warm-prompt');
    this.leave();
    this.#isAsked = true;
    const asked = ++this.#askedChanges;
    this.#changes.ask(async () => {
      await this.#works.attempt('change', async () => {
        const call = { signal: this.#changing.signal, kill: true };
        const found = await this.#parts.lab.run('change', { change }, call);
        if (found === null || asked !== this.#askedChanges) return;
        const run = { image: this.#parts.card.id, id: asked, ...found };
        this.#tellRun(run);
        void this.#follow(run);
      });
    });
  }

  /** The model as it is. */
  undo(): void {
    this.#works.stop('change');
    this.leave();
    this.#askedChanges++;
    this.#isAsked = false;
    this.#changed = null;
    this.#curve = null;
    this.#parts.tell({ type: 'changed-run', image: this.#parts.card.id, run: null });
    this.#endModel();
  }

  /** Gets a model ready that can be prompted, since a person is about to; not where another change runs. */
  warmPrompt(): void {
    if (this.#isAsked || this.#works.isRunning('warm-prompt')) return;
    void this.#works.run('warm-prompt', async (signal) => {
      await this.#parts.lab.run('warm-prompt', null, { signal });
    });
  }

  /** Nobody is about to prompt any more: what was made ready for it is given up. */
  letPromptGo(): void {
    this.#works.stop('warm-prompt');
    if (!this.#isAsked) this.#endModel();
  }

  /** What a token attends to in the changed model, to the panel that asks. */
  async attention(port: PanelPort, layer: number, token: number): Promise<void> {
    const run = this.#run;
    if (run === null) return;
    await this.#works.attempt('change', async () => {
      const call = { signal: this.#asking.signal };
      const found = await this.#parts.lab.run('changed-attention', { layer, token }, call);
      port.post({ type: 'changed-attention', figures: { image: this.#parts.card.id, run, ...found } });
    });
  }

  /** Attention preference of all layers of the changed model, while there is one. */
  async wantPreference(keys: KeyVariant, { patches }: Mask): Promise<void> {
    const run = this.#run;
    const running = this.#preference?.keys === keys && this.#works.isRunning('changed-preference');
    if (run === null || running) return;
    const kept =
      this.#preference?.keys === keys ? this.#preference : { keys, layers: new Map<number, LayerPreference>() };
    this.#preference = kept;
    await this.#works.run('changed-preference', async (signal) => {
      for (let layer = 0; layer < this.#parts.layers; layer++) {
        if (kept.layers.has(layer)) continue;
        const found = await this.#parts.lab.run('changed-preference', { layer, keys, patches }, { signal });
        const figures = { image: this.#parts.card.id, ...found };
        kept.layers.set(layer, figures);
        this.#parts.tell({ type: 'changed-preference', run, figures });
      }
    });
  }

  forgetPreference(): void {
    this.#works.stop('changed-preference');
    this.#preference = null;
  }

  /** What prompts go by is another mask, or another concentration of keypoints: the points of the curve are not of the next run. */
  forgetCurve(): void {
    this.#curve = null;
  }

  /** Ends the run of a changed model that is under way. */
  cancel(): void {
    this.#changing.abort();
    this.#changing = new AbortController();
  }

  /** Another change takes the place of the run, or none. */
  leave(): void {
    this.#asking.abort();
    this.#asking = new AbortController();
    this.forgetPreference();
  }

  #endModel(): void {
    this.#changes.ask(async () => {
      await this.#works.attempt('change', async () => {
        await this.#parts.lab.run('change', { change: null }, { signal: this.#works.life });
      });
    });
  }

  /** What a change does to the attention of each layer, and for a prompt its band, and both at other strengths. */
  #follow(first: ChangedRun): Promise<void> {
    return this.#works.run('change', async (signal) => {
      const { lab } = this.#parts;
      let run = first;
      const { change } = first;
      this.#curve = curveOf(change, this.#curve);
      this.#tellCurve(run);
      for (const layer of this.#works.layers('change')) {
        const own = await lab.run('attention-change', { layer }, { signal });
        run = {
          ...run,
          attentionChange: run.attentionChange.map((value, index) => (index === layer ? own.attentionChange : value)),
          massOutside: run.massOutside?.map((value, index) => (index === layer ? own.massOutside : value)) ?? null,
        };
        this.#tellRun(run);
      }
      if (change.kind !== 'prompt') return;
      const progress = this.#works.progress('change');
      const band = await lab.run('prompt-band', { strength: change.strength }, { signal, progress });
      run = { ...run, band };
      this.#tellRun(run);
      if (this.#curve === null) return;
      this.#tellCurve(run);
      await this.#complete(this.#curve, run, signal);
    });
  }

  /** The curve point by point, then its band. */
  async #complete(curve: PromptCurve, run: ChangedRun, signal: AbortSignal): Promise<void> {
    const { lab } = this.#parts;
    for (const strength of curve.missing.points) {
      curve.add({ strength, relativeL2: await lab.run('prompt-point', { strength }, { signal }), band: null });
      this.#tellCurve(run);
    }
    for (const point of curve.missing.bands) {
      const { strength } = point;
      curve.add({ ...point, band: await lab.run('prompt-band', { strength }, { signal }) });
      this.#tellCurve(run);
    }
  }

  #tellCurve(run: ChangedRun): void {
    if (this.#curve === null) return;
    this.#curve.addRun(run);
    this.#parts.tell({ type: 'prompt-curve', image: this.#parts.card.id, points: this.#curve.points });
  }

  #tellRun(run: ChangedRun): void {
    this.#changed = run;
    this.#parts.tell({ type: 'changed-run', image: this.#parts.card.id, run });
  }

  /** The changed run that figures can be asked of; null while there is none, or while another one is on its way. */
  get #run(): number | null {
    return this.#changed?.id === this.#askedChanges ? this.#changed.id : null;
  }
}
