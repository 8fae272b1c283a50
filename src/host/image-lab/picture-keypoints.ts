import { concentration, type Concentration } from '../../core/analysis/keypoints/concentration.js';
import { type HeadOnKeypoints, KeypointAnalysis } from '../../core/analysis/keypoints/keypoint-analysis.js';
import { type Keypoints, toList } from '../../core/image/sift/keypoints.js';
import type { KeypointFigures } from '../../protocol/image.js';
import type { ImageTasks } from '../../protocol/image-worker.js';
import { keypointsOfPicture } from '../images/keypoints-of-image.js';
import type { ShownPicture } from './shown-picture.js';

type ConcentrationKind = KeypointFigures['concentrationBy'];
type LayerFigures = ImageTasks['interrelation']['result'];

/** What is to be known of a picture and its run. */
type KeypointPicture = Pick<ShownPicture, 'card' | 'input' | 'loaded'> & {
  readonly run: Pick<ShownPicture['run'], 'interrelate'>;
};

/**
 * Scores of a layer, heads x tokens x tokens, up to which the process of the model finds the figures of all its heads, where the attention is: five times
 * those of the sample, 0.1 s. What takes longer is done here, head by head, so that the process is free for what is asked meanwhile.
 */
const MAX_QUICK_SCORES = 2 ** 21;

/** Keypoints of what the model sees, and their concentration in its patches. */
export class PictureKeypoints {
  #keypoints: Promise<Keypoints> | null = null;
  #analysis: { readonly kind: ConcentrationKind; readonly of: Concentration; readonly heads: KeypointAnalysis } | null =
    null;
  /** Layers that were asked about under the analysis. */
  readonly #layers = new Map<number, LayerFigures>();
  /** The last two layers that were asked about. */
  #turn: [Promise<unknown>, Promise<unknown>] = [Promise.resolve(), Promise.resolve()];

  constructor(private readonly shown: KeypointPicture) {}

  /** Keypoints, concentration and groups; those are what `interrelation` and prompts go by from now on. */
  async figures(kind: ConcentrationKind, signal: AbortSignal): Promise<Omit<KeypointFigures, 'image'>> {
    const keypoints = await this.#find(signal);
    const { of, heads } = this.#analyse(keypoints, kind);
    return {
      keypoints: Float32Array.from(
        toList(keypoints).flatMap(({ x, y, size, angle, response }) => [x, y, size, angle, response]),
      ),
      concentrationBy: kind,
      concentration: Float32Array.from(of.values),
      groups: Int8Array.from(heads.groups),
    };
  }

  /** Concentration of keypoints in the patches, of the kind that was looked at last. */
  async concentration(signal: AbortSignal): Promise<Float64Array> {
    const keypoints = await this.#find(signal);
    return this.#analyse(keypoints, this.#analysis?.kind ?? 'scale').of.values;
  }

  /**
   * How the heads of a layer follow the keypoints; what was found before is at hand. All layers may be asked about at once: two of them are under
   * way at a time, so that whatever else the process is asked meanwhile need not wait for all.
   * @param heads of the layer.
   * @param each gives the attention of every head of the layer.
   */
  async layer(
    layer: number,
    heads: number,
    signal: AbortSignal,
    each: (use: (head: number, attention: Float32Array) => void) => Promise<void>,
  ): Promise<LayerFigures> {
    const [before, last] = this.#turn;
    const found = before.then(() => this.#layer(layer, heads, signal, each));
    this.#turn = [last, found.catch(() => undefined)];
    return found;
  }

  async #layer(
    layer: number,
    heads: number,
    signal: AbortSignal,
    each: (use: (head: number, attention: Float32Array) => void) => Promise<void>,
  ): Promise<LayerFigures> {
    signal.throwIfAborted();
    const keypoints = await this.#find(signal);
    const analysis = this.#analyse(keypoints, this.#analysis?.kind ?? 'scale');
    const known = this.#layers.get(layer);
    if (known !== undefined) return known;
    const { tokens, prefixTokens } = this.shown.loaded;
    const figures: HeadOnKeypoints[] = [];
    if (heads * tokens ** 2 <= MAX_QUICK_SCORES) {
      figures.push(...(await this.shown.run.interrelate(layer, analysis.of)));
    } else await each((_, attention) => figures.push(analysis.heads.head(attention, prefixTokens)));
    const found = layerFigures(layer, figures);
    if (this.#analysis === analysis) this.#layers.set(layer, found);
    return found;
  }

  #analyse(keypoints: Keypoints, kind: ConcentrationKind) {
    if (this.#analysis?.kind === kind) return this.#analysis;
    const { grid, patch } = this.shown.loaded;
    const of = concentration(keypoints, grid, patch, kind);
    this.#layers.clear();
    this.#analysis = { kind, of, heads: new KeypointAnalysis(of) };
    return this.#analysis;
  }

  #find(signal: AbortSignal): Promise<Keypoints> {
    if (this.#keypoints !== null) return this.#keypoints;
    const found = keypointsOfPicture(this.shown.input.picture, this.shown.card.name, () => undefined, signal);
    this.#keypoints = found;
    found.catch(() => {
      if (this.#keypoints === found) this.#keypoints = null;
    });
    return found;
  }
}

/** Figures of the heads of a layer as they are told; `p` of each head, null where it has none. */
function layerFigures(layer: number, heads: readonly HeadOnKeypoints[]): ImageTasks['interrelation']['result'] {
  const flat = (rows: readonly (readonly (number | null)[] | null)[]): Float32Array =>
    Float32Array.from(
      rows.flatMap((row) => row ?? rows.map(() => null)),
      (value) => value ?? NaN,
    );
  const told = heads.map(({ interrelation, keySide, querySide, groupShare, groupRatio }) => ({
    w: interrelation?.w ?? NaN,
    nullMean: interrelation?.nullMean ?? NaN,
    nullDeviation: interrelation?.nullDeviation ?? NaN,
    p: interrelation?.p ?? NaN,
    keySide: keySide ?? NaN,
    querySide: querySide ?? NaN,
    groupShare: flat(groupShare),
    groupRatio: flat(groupRatio),
  }));
  return { figures: { layer, heads: told }, p: heads.map(({ interrelation }) => interrelation?.p ?? null) };
}
