import { bandOf, spreadShifts, movedFrom } from '../../core/analysis/keypoints/torus.js';
import type { Tokens } from '../../core/analysis/image/head-weights.js';
import type { SourceOf } from '../../core/analysis/layer.js';
import type { PatchGrid } from '../../core/inference/forward.js';
import type { Change } from '../../protocol/image.js';
import type { ImageTasks } from '../../protocol/image-worker.js';
import type { RunResult } from '../../protocol/inference.js';
import { attentionChange } from './attention-change.js';
import type { LabTools } from './lab-tools.js';
import { type LayerParts, readLayerParts } from './layer-parts.js';
import type { ModelRunner } from './model-runner.js';
import { checkFinite } from './not-finite.js';
import type { OpenedModel } from './opened-model.js';
import { promptRerun, type Rerun } from './picture-change.js';
import { PictureRun } from './picture-run.js';
import { outputChange, topClasses } from './run-output.js';
import type { ShownPicture } from './shown-picture.js';

/** Shifts of a prompt that are run for its band; each is a run of the whole model. */
const BAND_SHIFTS = 20;

/** Runs by the change that they were asked for. */
const runs = new WeakMap<Change, ChangedPicture>();

/** The run that was made for a change; null before it has run. */
export function runOf(change: Change): ChangedPicture | null {
  return runs.get(change) ?? null;
}

/** A picture that a changed model was run on. */
export class ChangedPicture {
  readonly #model: OpenedModel;
  readonly #shown: ShownPicture;
  readonly #runner: ModelRunner;
  readonly rerun: Rerun;
  readonly #run: PictureRun;
  /** How much each patch is prompted; null for other changes. */
  readonly #guide: Float64Array | null;

  constructor(
    model: OpenedModel,
    shown: ShownPicture,
    runner: ModelRunner,
    rerun: Rerun,
    guide: Float64Array | null,
    readonly change: Change,
  ) {
    this.#model = model;
    this.#shown = shown;
    this.#runner = runner;
    this.rerun = rerun;
    this.#guide = guide;
    this.#run = this.#runWith(rerun);
  }

  /** Runs the changed model; what concerns single layers is null. @throws CheckpointError */
  async start(): Promise<NonNullable<ImageTasks['change']['result']>> {
    const after = await this.#result(this.#run);
    runs.set(this.change, this);
    const { config, forward } = this.#model;
    const { result: before } = this.#shown;
    const layers = forward.blocks.map(() => null);
    return {
      change: this.change,
      outputChange: outputChange(before, after),
      topBefore: topClasses(before, config) ?? [],
      topAfter: topClasses(after, config) ?? [],
      attentionChange: layers,
      massOutside: this.change.kind === 'nearest-keys' ? layers : null,
      band: null,
      notes: this.rerun.notes,
    };
  }

  /** What the change does to the attention of a layer. */
  async layer(
    { products }: Pick<LabTools, 'products'>,
    before: LayerParts,
    signal: AbortSignal,
  ): Promise<ImageTasks['attention-change']['result']> {
    return attentionChange(products, before, await this.#tokensAfter(before), this.rerun, signal);
  }

  /** Rows and columns of patches. */
  get grid(): PatchGrid {
    return this.#shown.loaded.grid;
  }

  /** Weights of a layer as they are, and the tokens that enter it in the changed model. */
  async layerParts(layer: number, sourceOf: SourceOf): Promise<{ readonly parts: LayerParts; readonly after: Tokens }> {
    const parts = await readLayerParts(this.#model, this.#shown, layer, sourceOf);
    return { parts, after: await this.#tokensAfter(parts) };
  }

  async #tokensAfter({ spec, tokens }: LayerParts): Promise<Tokens> {
    return { ...tokens, values: await this.#run.tap('attention-input', spec.index) };
  }

  /** 5 and 95 % of the relative change of the output when the prompt lies elsewhere; null for changes that are no prompt. */
  async band(
    progress: (done: number, total: number) => void,
    signal: AbortSignal,
  ): Promise<readonly [number, number] | null> {
    const { change } = this;
    if (change.kind !== 'prompt' || this.#guide === null) return null;
    const guide = this.#guide;
    const { grid } = this.#shown.loaded;
    const shifts = spreadShifts(grid, BAND_SHIFTS);
    const heads = this.#model.forward.blocks.map(({ attention }) => attention.spec.heads);
    const changes: number[] = [];
    for (const [done, shift] of shifts.entries()) {
      progress(done, shifts.length);
      signal.throwIfAborted();
      const moved = guide.map((_, index) => guide[movedFrom(index, grid, shift)] ?? 0);
      const after = await this.#result(this.#runWith(promptRerun(change, moved, this.#shown, heads)));
      const { relativeL2 } = outputChange(this.#shown.result, after);
      if (relativeL2 !== null) changes.push(relativeL2);
    }
    return bandOf(changes);
  }

  #runWith({ edits, name, prompt }: Rerun): PictureRun {
    const { input } = this.#shown;
    return new PictureRun(() => this.#runner.changed(input.size, edits, name), input.pixels, prompt);
  }

  async #result(run: PictureRun): Promise<RunResult> {
    const { result } = await run.start();
    checkFinite(result, this.#model.file);
    return result;
  }
}
