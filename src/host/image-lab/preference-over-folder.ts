import * as l10n from '@vscode/l10n';
import path from 'node:path';
import type { AttentionFigures } from '../../core/analysis/image/attention-figures.js';
import { type LabelMeaning, type MeantLabels, meanPreference } from '../../core/analysis/image/head-preference.js';
import { type PreferenceOverPictures, PreferenceStatistics } from '../../core/analysis/image/preference-statistics.js';
import { quoteName } from '../../core/bytes/quote.js';
import { CheckpointError, type Warning } from '../../core/errors.js';
import { type ModelInput, preprocess } from '../../core/image/preprocess/preprocess.js';
import type { Preprocessing } from '../../core/image/preprocess/preprocessing.js';
import type { Size } from '../../core/image/preprocess/picture.js';
import type { ForwardModel } from '../../core/inference/forward.js';
import type { KeyVariant } from '../../core/analysis/image/patch-attention.js';
import { type MaskPair, type PairedFolder, pairMasks } from '../images/mask-pairs.js';
import { type ObjectMask, objectMask } from '../images/object-mask.js';
import type { InferenceSession } from '../inference/inference-session.js';
import { layerLabels, type SeenLabels, seenLabels } from './labels.js';
import { checkFinite } from './not-finite.js';
import { readPicture } from './picture-source.js';

/** A model whose preference is measured. */
interface MeasuredModel {
  /** Of the checkpoint, for messages. */
  readonly name: string;
  readonly forward: Pick<ForwardModel, 'blocks' | 'patches'>;
  /** Gives the session for inputs of that size; whoever gives it ends it. */
  session(size: Size): Promise<InferenceSession>;
}

/** What is measured. */
interface MeasuredPreference {
  readonly layers: readonly number[];
  /** Null: all heads. */
  readonly head: number | null;
  readonly keys: KeyVariant;
  /** What the labels of the masks mean; null: what they look like. */
  readonly labels: LabelMeaning | null;
}

/** A picture that could not be used, and why. */
interface SkippedPicture {
  readonly name: string;
  readonly problem: string;
}

/** Pictures of a folder with their masks. @throws CheckpointError `empty` where no picture has one. */
export async function pairedFolder(folder: string): Promise<PairedFolder> {
  const paired = await pairMasks(folder);
  if (paired.pairs.length > 0) return paired;
  const { length } = paired.imagesWithoutMask;
  const problem =
    length === 1
      ? l10n.t('no picture in it has a mask ({0} picture)', length)
      : l10n.t('no picture in it has a mask ({0} pictures)', length);
  const advice = l10n.t('name masks NAME_mask.png, or put them into a folder masks or annotations beside images');
  throw new CheckpointError('empty', quoteName(path.basename(path.resolve(folder))), problem, advice);
}

/** Preference over pictures of one head or, as the mean over heads, of one layer. */
interface OverPictures {
  readonly index: number;
  readonly preference: PreferenceOverPictures;
}

/** Preferences of a layer over pictures. */
export interface LayerOverPictures extends OverPictures {
  readonly heads: readonly OverPictures[];
}

/** What a folder gives. */
export type FolderResult = ReturnType<PreferenceOverFolder['result']>;

/** Statistics of a layer and its heads. */
interface LayerStatistics {
  readonly layer: PreferenceStatistics;
  readonly heads: Map<number, PreferenceStatistics>;
}

/** Attention preference of a model that runs on one picture after the other. */
export class PreferenceOverFolder {
  readonly warnings: Warning[] = [];
  bytesRead = 0;
  readonly #skipped: SkippedPicture[] = [];
  readonly #used: MaskPair[] = [];
  readonly #scaled: string[] = [];
  /** By meaning of the labels; roles go when a mask has labels that are none. */
  readonly #statistics: Record<LabelMeaning, Map<number, LayerStatistics>> = { roles: new Map(), objects: new Map() };
  #meaning: LabelMeaning;
  #largestError = 0;

  constructor(
    private readonly signal: AbortSignal,
    private readonly model: MeasuredModel,
    private readonly preprocessing: Preprocessing,
    private readonly wanted: MeasuredPreference,
  ) {
    this.#meaning = wanted.labels ?? 'roles';
  }

  /** Takes one picture; one that cannot be used is named and skipped. */
  async add(folder: string, pair: MaskPair): Promise<void> {
    const read = await this.#read(folder, pair).catch((error: unknown) => {
      this.#skip(pair.image, error);
      return null;
    });
    if (read === null) return;
    const { input, labels, mask } = read;
    const session = await this.model.session(input.size);
    const run = await session.run(input.pixels, this.signal);
    try {
      checkFinite(run, this.model.name);
    } catch (error) {
      this.#skip(pair.image, error);
      return;
    }
    if (this.wanted.labels === null && !mask.mayBeRoles) this.#meaning = 'objects';
    const meanings: LabelMeaning[] =
      this.wanted.labels !== null || this.#meaning === 'objects' ? [this.#meaning] : ['roles', 'objects'];
    const { head, keys } = this.wanted;
    const { grid } = await session.load(this.signal);
    for (const layer of this.wanted.layers) {
      const own = layerLabels(labels, this.model.forward, grid, layer);
      const maps = meanings.map((meaning): MeantLabels => ({ labels: own, meaning }));
      const questions = { labels: maps, keys, nearestKeys: null };
      const found = await run.attend({ layer, head, questions, keep: false, token: null }, this.signal);
      this.bytesRead += found.bytesRead;
      this.#largestError = Math.max(this.#largestError, found.recomputed.maxAbsError);
      meanings.forEach((meaning, at) => {
        this.#count(this.#statistics[meaning], layer, found.figures, at);
      });
    }
    this.#used.push(pair);
  }

  result(paired: PairedFolder, folder: string) {
    const [first] = this.#skipped;
    if (this.#used.length === 0) {
      const problem = l10n.t(
        'none of its {0} pictures can be used; {1}: {2}',
        paired.pairs.length,
        first?.name ?? '',
        first?.problem ?? '',
      );
      throw new CheckpointError(
        'malformed',
        quoteName(path.basename(path.resolve(folder))),
        problem,
        l10n.t('choose another folder'),
      );
    }
    if (this.#scaled.length > 0) {
      const message = l10n.t(
        '{0} masks have another size than their picture (first {1}): each pixel takes the nearest label.',
        this.#scaled.length,
        this.#scaled[0] ?? '',
      );
      this.warnings.push({ code: 'mask-scaled', message });
    }
    const of = (index: number, statistics: PreferenceStatistics): OverPictures => ({
      index,
      preference: statistics.result,
    });
    const layers = [...this.#statistics[this.#meaning]].map(([index, { layer, heads }]): LayerOverPictures => ({
      ...of(index, layer),
      heads: [...heads].map(([head, statistics]) => of(head, statistics)),
    }));
    const { imagesWithoutMask, masksWithoutImage, ambiguous } = paired;
    return {
      pictures: { used: this.#used, skipped: this.#skipped, imagesWithoutMask, masksWithoutImage, ambiguous },
      labels: this.#meaning,
      interval: { confidence: 0.95, method: "Student's t over pictures, cut at 0" },
      recomputed: { maxAbsError: this.#largestError },
      layers,
    };
  }

  async #read(
    folder: string,
    { image, mask }: MaskPair,
  ): Promise<{ input: ModelInput; labels: SeenLabels; mask: ObjectMask }> {
    const { picture, name } = await readPicture({ kind: 'file', path: path.join(folder, image) });
    const drawn = await readPicture({ kind: 'file', path: path.join(folder, mask) });
    const own = objectMask(drawn.picture, drawn.name);
    if (this.wanted.labels === 'roles' && !own.mayBeRoles) {
      const problem = l10n.t('it has labels beside 0 for background, 1 for the object and 2 for other objects');
      throw new CheckpointError('unsupported', drawn.name, problem, l10n.t('leave --labels roles out'));
    }
    const original = [picture.height, picture.width] as const;
    const { patch } = this.model.forward.patches;
    const labels = seenLabels(own.map, original, this.preprocessing, patch, drawn.name);
    if (!labels.patches.some((label) => label > 0)) {
      throw new CheckpointError(
        'empty',
        drawn.name,
        l10n.t('no patch is covered by an object for more than half'),
        l10n.t('leave it out'),
      );
    }
    if (labels.warnings.some(({ code }) => code === 'mask-scaled')) this.#scaled.push(mask);
    return { input: preprocess(picture, this.preprocessing, name), labels, mask: own };
  }

  #skip(name: string, error: unknown): void {
    if (!(error instanceof CheckpointError)) throw error;
    this.#skipped.push({ name, problem: `${error.file}: ${error.problem}; ${error.advice}` });
  }

  #count(all: Map<number, LayerStatistics>, layer: number, figures: readonly AttentionFigures[], at: number): void {
    const own = all.get(layer) ?? {
      layer: new PreferenceStatistics(),
      heads: new Map<number, PreferenceStatistics>(),
    };
    all.set(layer, own);
    const preferences = figures.flatMap(({ preferences: each }) => each.slice(at, at + 1));
    own.layer.add(meanPreference(preferences));
    figures.forEach(({ index }, n) => {
      const head = own.heads.get(index) ?? new PreferenceStatistics();
      own.heads.set(index, head);
      const preference = preferences[n];
      if (preference !== undefined) head.add(preference);
    });
  }
}
