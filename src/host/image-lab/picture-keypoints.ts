import { concentration, type Concentration } from '../../core/analysis/keypoints/concentration.js';
import { KeypointAnalysis } from '../../core/analysis/keypoints/keypoint-analysis.js';
import { type Keypoints, toList } from '../../core/image/sift/keypoints.js';
import type { KeypointFigures, LayerInterrelation } from '../../protocol/image.js';
import { keypointsOfPicture } from '../images/keypoints-of-image.js';
import type { ShownPicture } from './shown-picture.js';

type ConcentrationKind = KeypointFigures['concentrationBy'];
type LayerFigures = ReturnType<LayerKeypoints['finish']>;

/** Keypoints of what the model sees, and their concentration in its patches. */
export class PictureKeypoints {
  #keypoints: Promise<Keypoints> | null = null;
  #analysis: { readonly kind: ConcentrationKind; readonly of: Concentration; readonly heads: KeypointAnalysis } | null =
    null;
  /** Layers that were asked about under the analysis. */
  readonly #layers = new Map<number, LayerFigures>();

  constructor(private readonly shown: ShownPicture) {}

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
   * How the heads of a layer follow the keypoints; what was found before is at hand.
   * @param each gives the attention of every head of the layer.
   */
  async layer(
    layer: number,
    signal: AbortSignal,
    each: (use: (head: number, attention: Float32Array) => void) => Promise<void>,
  ): Promise<LayerFigures> {
    const keypoints = await this.#find(signal);
    const analysis = this.#analyse(keypoints, this.#analysis?.kind ?? 'scale');
    const known = this.#layers.get(layer);
    if (known !== undefined) return known;
    const figures = new LayerKeypoints(analysis.heads, this.shown.loaded.prefixTokens);
    await each((_, attention) => figures.add(attention));
    const found = figures.finish(layer);
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

/** Figures of the heads of a layer, given one after the other. */
class LayerKeypoints {
  readonly #heads: LayerInterrelation['heads'][number][] = [];
  readonly #p: (number | null)[] = [];

  constructor(
    private readonly analysis: KeypointAnalysis,
    private readonly prefix: number,
  ) {}

  /** @param attention (tokens, tokens) of the next head; not kept. */
  add(attention: Float32Array): void {
    const { interrelation, keySide, querySide, groupShare, groupRatio } = this.analysis.head(attention, this.prefix);
    this.#p.push(interrelation?.p ?? null);
    const flat = (rows: readonly (readonly (number | null)[] | null)[]): Float32Array =>
      Float32Array.from(
        rows.flatMap((row) => row ?? rows.map(() => null)),
        (value) => value ?? NaN,
      );
    this.#heads.push({
      w: interrelation?.w ?? NaN,
      nullMean: interrelation?.nullMean ?? NaN,
      nullDeviation: interrelation?.nullDeviation ?? NaN,
      p: interrelation?.p ?? NaN,
      keySide: keySide ?? NaN,
      querySide: querySide ?? NaN,
      groupShare: flat(groupShare),
      groupRatio: flat(groupRatio),
    });
  }

  finish(layer: number): {
    readonly figures: Omit<LayerInterrelation, 'image'>;
    readonly p: readonly (number | null)[];
  } {
    return { figures: { layer, heads: this.#heads }, p: this.#p };
  }
}
