import * as l10n from '@vscode/l10n';
import { setTimeout } from 'node:timers/promises';
import { possibleBasis } from '../../core/analysis/model-figures.js';
import type { Basis } from '../../core/analysis/figures.js';
import { Products } from '../../core/analysis/image/products.js';
import type { SourceOf } from '../../core/analysis/layer.js';
import { CheckpointError } from '../../core/errors.js';
import { checkWhole, isWindowed, layerGrid, layerShape } from '../../core/inference/layer-shapes.js';
import { tokenOfPatch } from '../../core/inference/layer-token.js';
import { HeadSolver } from '../../core/linalg/head-solver.js';
import type { Change, HeadOnImage } from '../../protocol/image.js';
import type { ImageProgress, ImageTasks, LabSubject, LabTaskName, LabTasks } from '../../protocol/image-worker.js';
import { ChangedFigures } from './changed-figures.js';
import { ChangedPicture } from './changed-picture.js';
import { exportArrays } from './export-arrays.js';
import { headModes, headOnImage } from './head-on-image.js';
import type { LabTools } from './lab-tools.js';
import { LayerAttentionStore } from './layer-attention-store.js';
import { checkLayer, type LayerParts, readLayerParts } from './layer-parts.js';
import { type FolderInLab, guidedMasksInLab, keypointsOverFolder } from '../semantics/folder-in-lab.js';
import { guidedMaskInLab } from '../semantics/guided-mask-in-lab.js';
import { layersAround } from './look-ahead.js';
import { measureFolder } from './measure-folder.js';
import { ModelRunner, UNTIL_KILLED } from './model-runner.js';
import { fixedSize, openModel, type OpenedModel, withWeights } from './opened-model.js';
import { ablationRerun, guideOf, nearestKeysRerun, PROMPT_RERUN, promptRerun } from './picture-change.js';
import { PictureKeypoints } from './picture-keypoints.js';
import { PictureOffObject } from './picture-off-object.js';
import { maskPicture, type PictureMask, takeMask } from './picture-mask.js';
import { layerLabels } from './labels.js';
import { LayerPreferences } from './preference-figures.js';
import { RecentHeads } from './recent-heads.js';
import { RecentParts } from './recent-parts.js';
import { rollOut } from './roll-out.js';
import { type ShownPicture, showPicture } from './shown-picture.js';
import type { Preprocessing } from '../../core/image/preprocess/preprocessing.js';

/** What a task is told beside its parameters. */
export interface TaskContext {
  /** Fires when the result is no longer wanted. */
  readonly signal: AbortSignal;
  readonly progress: (progress: ImageProgress) => void;
}

/** What the worker does, by name of the task. */
export type Handlers = {
  [Name in LabTaskName]: (params: LabTasks[Name]['params'], context: TaskContext) => Promise<LabTasks[Name]['result']>;
};

/** How often it is looked whether nothing is asked for. */
const LOOK_MS = 2;

/** A picture, and what was computed of it. */
interface OnShow {
  readonly shown: ShownPicture;
  readonly attention: LayerAttentionStore;
  readonly heads: RecentHeads;
  readonly keypoints: PictureKeypoints;
  readonly offObject: PictureOffObject;
  mask: PictureMask | null;
  changed: ChangedPicture | null;
  /** Layer and basis whose heads are computed before they are asked for. */
  ahead: string | null;
  readonly parts: RecentParts;
}

/** One model and the picture that it is shown. */
export class Lab {
  readonly #subject: LabSubject;
  readonly #runner: ModelRunner;
  readonly #tools: LabTools = { products: new Products(), solver: new HeadSolver() };
  readonly #isIdle: () => boolean;
  readonly #changedFigures: ChangedFigures;
  #model: Promise<OpenedModel> | null = null;
  #onShow: OnShow | null = null;

  /** @param isIdle whether nothing is asked for. */
  constructor(subject: LabSubject, isIdle: () => boolean) {
    this.#subject = subject;
    this.#isIdle = isIdle;
    this.#runner = new ModelRunner(subject);
    this.#changedFigures = new ChangedFigures(subject);
  }

  /** Ends the process that runs for a task at once; it starts again when it is needed. */
  kill(task: LabTaskName): void {
    if (task === 'open') this.#runner.endBase();
    if (task === 'change') this.#runner.endChanged();
  }

  readonly handlers: Handlers = {
    warm: async () => {
      const { plan } = await this.#opened();
      const size = fixedSize(plan.preprocessing);
      if (size !== null) this.#runner.warm(size);
      return null;
    },
    open: async ({ source, changes }, { signal, progress }) => {
      const step = (name: Extract<ImageProgress, { step: unknown }>['step']): void => progress({ step: name });
      step('model');
      const model = await this.#opened();
      signal.throwIfAborted();
      const shown = await showPicture(model, this.#runner, source ?? this.#now().shown.source, changes, step, signal);
      this.#show(model, shown);
      return shown.card;
    },
    head: async ({ layer, head, basis, ahead }) => {
      const figures = await this.#head(layer, head, basis);
      if (ahead !== true) void this.#lookAhead(layer, head, basis);
      return figures;
    },
    attention: async ({ layer, token }) => {
      const { shown, attention } = this.#now();
      const model = await this.#opened();
      checkLayer(model, layer);
      const { tokens, grid, prefixTokens } = shown.loaded;
      if (token >= tokens) throw wrongUse(l10n.t('the picture has tokens 0 to {0}, no token {1}', tokens - 1, token));
      const own = tokenOfPatch(token, grid, layerGrid(model.forward, grid, layer), prefixTokens);
      return { layer, token, ...(await attention.rows(layer, own)) };
    },
    rollout: async (_, { signal, progress }) => {
      const onShow = this.#now();
      const { forward, file } = await this.#opened();
      checkWhole(forward, file, l10n.t('rollout'));
      const each = (layer: number, use: (head: number, attention: Float32Array) => void): Promise<void> =>
        onShow.attention.each(layer, layer - 1, signal, use);
      const { tokens } = onShow.shown.loaded;
      return rollOut(forward.blocks.length, tokens, each, (done, total) => progress({ done, total }), signal);
    },
    mask: async ({ mask }) => {
      const onShow = this.#now();
      onShow.mask = mask === null ? null : await takeMask(mask, onShow.shown);
      return onShow.mask?.mask ?? null;
    },
    'mask-picture': () => {
      const { mask, shown } = this.#now();
      if (mask === null) throw wrongUse(l10n.t('there is no mask'));
      return maskPicture(mask, shown);
    },
    preference: async ({ layer, keys }, { signal }) => {
      const onShow = this.#now();
      const model = await this.#opened();
      if (onShow.mask === null) throw wrongUse(l10n.t('there is no mask that says where the object is'));
      checkLayer(model, layer);
      const { grid } = onShow.shown.loaded;
      const labels = layerLabels(onShow.mask, model.forward, grid, layer);
      const preferences = new LayerPreferences(labels, layerShape(model.forward, grid, layer), keys);
      await onShow.attention.each(layer, layer + 1, signal, (_, attention) => preferences.add(attention));
      return preferences.finish(layer);
    },
    change: ({ change }, { signal }) => this.#change(change, signal),
    'attention-change': ({ layer }, { signal }) =>
      this.#withParts(layer, async (parts, { changed }) => {
        if (changed === null) throw wrongUse(l10n.t('nothing is changed'));
        return changed.layer(this.#tools, parts, signal);
      }),
    'changed-attention': (params, context) => this.#changedFigures.attention(params, context),
    'changed-preference': async (params, context) => {
      const { mask, shown } = this.#now();
      const { forward } = await this.#opened();
      const seen = { pixels: mask?.pixels ?? null, patches: Int32Array.from(params.patches) };
      const patches = Int8Array.from(layerLabels(seen, forward, shown.loaded.grid, params.layer));
      return this.#changedFigures.preference({ ...params, patches }, context);
    },
    'warm-prompt': async (_, { signal }) => {
      const { changed, shown } = this.#now();
      if (changed === null) await this.#runner.warmChanged(shown.input, PROMPT_RERUN, signal);
      return null;
    },
    'prompt-point': ({ strength }) => Promise.resolve(this.#now().changed?.point(strength) ?? null),
    'prompt-band': async ({ strength }, { signal, progress }) => {
      const { changed } = this.#now();
      return changed === null ? null : changed.band(strength, (done, total) => progress({ done, total }), signal);
    },
    keypoints: ({ by }, { signal }) => this.#now().keypoints.figures(by, signal),
    interrelation: async ({ layer }, { signal }) => {
      const onShow = this.#now();
      const model = await this.#opened();
      checkWhole(model.forward, model.file, l10n.t('how attention follows keypoints'));
      const { heads } = checkLayer(model, layer).spec;
      return onShow.keypoints.layer(layer, heads, signal, (use) =>
        onShow.attention.each(layer, layer + 1, signal, use),
      );
    },
    'off-object': async (wish, { signal, progress }) => {
      const { keypoints, mask, offObject } = this.#now();
      const { forward, file } = await this.#opened();
      checkWhole(forward, file, l10n.t('relevance off the object'));
      const asked = { concentration: await keypoints.concentration(signal), labels: mask?.patches ?? null };
      return offObject.figures(wish, asked, (done, total) => progress({ done, total }), signal);
    },
    'check-candidates': (_, { signal, progress }) =>
      this.#now().offObject.checks((done, total) => progress({ done, total }), signal),
    'guided-mask': async (wanted, { signal }) => {
      await guidedMaskInLab(await this.#opened(), this.#now().shown, wanted, signal);
      return null;
    },
    export: async ({ file, layer, head, basis }, { signal }) => {
      const figures = await this.#head(layer, head, basis);
      const onShow = this.#now();
      const shape = layerShape((await this.#opened()).forward, onShow.shown.loaded.grid, layer);
      const each = onShow.attention.each.bind(onShow.attention, layer, null, signal);
      await exportArrays(file, figures, { ...onShow.shown, shape }, each);
      return null;
    },
    'preference-folder': async (asked, { signal, progress }) => {
      const told = (done: number, total: number): void => progress({ done, total });
      const model = await this.#opened();
      return measureFolder(model, this.#subject, this.#runner, asked, this.#chosenPreprocessing, told, signal);
    },
    'keypoints-folder': async (asked, context) => keypointsOverFolder(await this.#overFolder(context), asked),
    'guided-masks': async (asked, context) => guidedMasksInLab(await this.#overFolder(context), asked),
    process: () => Promise.resolve(this.#runner.processId),
  };

  /** How the picture on show is prepared where a person chose that; null: as the files say. */
  get #chosenPreprocessing(): Preprocessing | null {
    const card = this.#onShow?.shown.card;
    return card?.preprocessingFrom === 'changed' ? card.preprocessing : null;
  }

  async #overFolder({ signal, progress }: TaskContext): Promise<FolderInLab> {
    return {
      opened: await this.#opened(),
      subject: this.#subject,
      runner: this.#runner,
      changed: this.#chosenPreprocessing,
      progress: (done, total) => progress({ done, total }),
      signal,
    };
  }

  #opened(): Promise<OpenedModel> {
    if (this.#model !== null) return this.#model;
    const model = openModel(this.#subject);
    this.#model = model;
    model.catch(() => {
      if (this.#model === model) this.#model = null;
    });
    return model;
  }

  #show(model: OpenedModel, shown: ShownPicture): void {
    this.#onShow?.attention.dispose();
    this.#runner.endChanged();
    this.#changedFigures.follow(null);
    const parts = new RecentParts();
    const attention = new LayerAttentionStore(this.#tools.products, model, shown, (layer, action) =>
      withWeights(this.#subject, async (sourceOf) => {
        const own = await parts.get(layer, () => readLayerParts(model, shown, layer, sourceOf));
        return action(own, sourceOf);
      }),
    );
    const [subject, runner] = [this.#subject, this.#runner];
    this.#onShow = {
      shown,
      attention,
      heads: new RecentHeads(),
      keypoints: new PictureKeypoints(shown),
      offObject: new PictureOffObject({ model, subject, runner, shown, attention }),
      mask: null,
      changed: null,
      ahead: null,
      parts,
    };
  }

  #now(): OnShow {
    if (this.#onShow === null) throw wrongUse(l10n.t('there is no picture'));
    return this.#onShow;
  }

  async #head(layer: number, head: number, wanted: Basis): Promise<Omit<HeadOnImage, 'image'>> {
    const basis = possibleBasis(this.#subject.model, wanted);
    const known = this.#now().heads.get(layer, head, basis);
    if (known !== undefined) return known;
    return this.#withParts(layer, async (parts, onShow, sourceOf, { file, forward }) => {
      const { modes } = await headModes(parts.spec, head, basis, sourceOf, this.#tools.solver, file);
      const figures = headOnImage(this.#tools.products, parts, head, modes, forward);
      onShow.heads.add(figures);
      return figures;
    });
  }

  /** Computes what is looked at next while nothing is asked for: the other heads of a layer, the same head of its neighbours, attention, and what it has to do with keypoints. */
  async #lookAhead(layer: number, head: number, basis: Basis): Promise<void> {
    const onShow = this.#now();
    const ahead = `${layer} ${basis}`;
    if (onShow.ahead === ahead) return;
    onShow.ahead = ahead;
    const { layers } = this.#subject.model;
    const { forward } = await this.#opened();
    const around = layersAround(layer, layers.length);
    const heads = Array.from({ length: layers[layer]?.heads ?? 0 }, (_, each) => [layer, each] as const);
    const neighbours = around.filter((each) => Math.abs(each - layer) === 1).map((each) => [each, head] as const);
    const interrelation = (each: number): Promise<unknown> =>
      onShow.keypoints.layer(each, layers[each]?.heads ?? 0, UNTIL_KILLED, (use) =>
        onShow.attention.each(each, null, UNTIL_KILLED, use),
      );
    const steps: (() => Promise<unknown>)[] = [
      ...[...heads, ...neighbours].map((place) => () => this.#head(...place, basis)),
      // As many as can be kept, the nearest first.
      ...around.map((each, others) => () => onShow.attention.prepare(each, others)),
      ...around.map((each, others) => async () => {
        if ((await onShow.attention.prepare(each, others)) && !isWindowed(forward)) await interrelation(each);
      }),
    ];
    for (const step of steps) {
      // Between one request and the next of a row of them nothing is asked for either: it must be quiet twice.
      for (let quiet = 0; quiet < 2 && onShow === this.#onShow && onShow.ahead === ahead;) {
        await setTimeout(LOOK_MS);
        quiet = this.#isIdle() ? quiet + 1 : 0;
      }
      if (onShow !== this.#onShow || onShow.ahead !== ahead) return;
      // What fails says so when it is asked for.
      await step().catch(() => undefined);
    }
  }

  async #change(change: Change | null, signal: AbortSignal): Promise<ImageTasks['change']['result']> {
    const onShow = this.#now();
    onShow.changed = null;
    this.#changedFigures.follow(null);
    if (change === null) {
      this.#runner.endChanged();
      return null;
    }
    const changed = await this.#changedPicture(change, onShow, signal);
    const result = await changed.start();
    signal.throwIfAborted();
    onShow.changed = changed;
    this.#changedFigures.follow(changed);
    return result;
  }

  async #changedPicture(change: Change, onShow: OnShow, signal: AbortSignal): Promise<ChangedPicture> {
    const model = await this.#opened();
    const { shown } = onShow;
    if (change.kind !== 'ablation') checkWhole(model.forward, model.file, l10n.t('a change of the scores'));
    if (change.kind === 'nearest-keys') {
      const { tokens } = shown.loaded;
      if (change.keys > tokens) throw wrongUse(l10n.t('a token has {0} keys, not {1}', tokens, change.keys));
      return new ChangedPicture(model, shown, this.#runner, nearestKeysRerun(change.keys), null, change);
    }
    if (change.kind === 'ablation') {
      return this.#withParts(change.layer, async (parts, _, sourceOf) => {
        const rerun = await ablationRerun(change, parts, model, sourceOf, this.#tools);
        return new ChangedPicture(model, shown, this.#runner, rerun, null, change);
      });
    }
    const { grid } = shown.loaded;
    const concentration = change.by === 'concentration' ? await onShow.keypoints.concentration(signal) : null;
    const guides = { labels: onShow.mask?.patches ?? null, concentration: () => concentration ?? new Float64Array() };
    const guide = guideOf(change, guides, grid[0] * grid[1]);
    const heads = model.forward.blocks.map(({ attention }) => attention.spec.heads);
    return new ChangedPicture(model, shown, this.#runner, promptRerun(change, guide, shown, heads), guide, change);
  }

  /** Gives an action the weights and tokens of a layer; those of the layers that were looked at last stay at hand. */
  async #withParts<Result>(
    layer: number,
    action: (parts: LayerParts, onShow: OnShow, sourceOf: SourceOf, model: OpenedModel) => Promise<Result>,
  ): Promise<Result> {
    const onShow = this.#now();
    const model = await this.#opened();
    return withWeights(this.#subject, async (sourceOf) => {
      const parts = await onShow.parts.get(layer, () => readLayerParts(model, onShow.shown, layer, sourceOf));
      return action(parts, onShow, sourceOf, model);
    });
  }
}

function wrongUse(problem: string): CheckpointError {
  return new CheckpointError('wrong-use', l10n.t('the picture'), problem, l10n.t('choose again'));
}
