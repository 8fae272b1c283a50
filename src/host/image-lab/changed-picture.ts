import { bandOf, spreadShifts, movedFrom } from '../../core/analysis/keypoints/torus.js';
import type { Tokens } from '../../core/analysis/image/head-weights.js';
import type { SourceOf } from '../../core/analysis/layer.js';
import type { PatchGrid } from '../../core/inference/forward.js';
import { layerGrid } from '../../core/inference/layer-shapes.js';
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

  /** Rows and columns of tokens of a layer. */
  gridOf(layer: number): PatchGrid {
    return layerGrid(this.#model.forward, this.grid, layer);
  }

  /** Weights of a layer as they are, and the tokens that enter it in the changed model. */
  async layerParts(layer: number, sourceOf: SourceOf): Promise<{ readonly parts: LayerParts; readonly after: Tokens }> {
    const parts = await readLayerParts(this.#model, this.#shown, layer, sourceOf);
    return { parts, after: await this.#tokensAfter(parts) };
  }

  async #tokensAfter({ spec, tokens }: LayerParts): Promise<Tokens> {
    return { ...tokens, values: await this.#run.tap('attention-input', spec.index) };
  }

  /** Relative change of the output by the prompt at a strength; null for changes that are no prompt, and where the output is zero. */
  async point(strength: number): Promise<number | null> {
    return this.#guide === null ? null : this.#changeBy(strength, this.#guide);
  }

  /** 5 and 95 % of the relative change of the output when the prompt lies elsewhere; null for changes that are no prompt. */
  async band(
    strength: number,
    progress: (done: number, total: number) => void,
    signal: AbortSignal,
  ): Promise<readonly [number, number] | null> {
    if (this.#guide === null) return null;
    const guide = this.#guide;
    const { grid } = this.#shown.loaded;
    const shifts = spreadShifts(grid, BAND_SHIFTS);
    const changes: number[] = [];
    for (const [done, shift] of shifts.entries()) {
      progress(done, shifts.length);
      signal.throwIfAborted();
      const moved = guide.map((_, index) => guide[movedFrom(index, grid, shift)] ?? 0);
      const relativeL2 = await this.#changeBy(strength, moved);
      if (relativeL2 !== null) changes.push(relativeL2);
    }
    return bandOf(changes);
  }

  async #changeBy(strength: number, guide: Float64Array): Promise<number | null> {
    if (this.change.kind !== 'prompt') return null;
    const heads = this.#model.forward.blocks.map(({ attention }) => attention.spec.heads);
    const rerun = promptRerun({ ...this.change, strength }, guide, this.#shown, heads);
    return outputChange(this.#shown.result, await this.#result(this.#runWith(rerun))).relativeL2;
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
